"""What the world needs to be used: nothing that simulates."""

from oracles.processes import printed_by


def test_a_world_is_there_without_an_import_of_its_own_and_brings_no_compiler():
    script = (
        "import sys, neurosim as ns; "
        "source = ns.world.frames([[0.0, 1.0]], ticks_each=3); "
        "print([repr(e) for e in source]); "
        "print([m for m in sys.modules if m == 'numba' or m.startswith('neurosim.') "
        "and m.split('.')[1] not in ('world', 'checks', 'errors')])"
    )
    shown, brought = printed_by(script).splitlines()
    assert shown == "[\"Event('input', [0.0, 1.0], after=0)\", '3']"
    assert brought == "[]"
