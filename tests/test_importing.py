"""What importing the package brings with it."""

from oracles.processes import printed_by


def test_importing_is_light():
    script = (
        "import sys, neurosim; "
        "print([m for m in ('numba', 'pandas', 'sklearn') if m in sys.modules])"
    )
    assert printed_by(script).strip() == "[]"
