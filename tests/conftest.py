"""What all tests have in common: an oracle that disagrees says where; Ctrl-C is heard."""

import signal

import pytest

pytest.register_assert_rewrite("oracles")

# What a shell starts in the background ignores it, and so would every test, and every process of
# one, that is interrupted: it would go on for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
