"""What all tests have in common: an oracle that disagrees says where, as a test does."""

import pytest

pytest.register_assert_rewrite("oracles")
