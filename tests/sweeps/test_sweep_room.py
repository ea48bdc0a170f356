"""What a sweep needs to be used: nothing that simulates, and no library before it is needed."""

from oracles.processes import printed_by


def test_a_sweep_brings_no_compiler_and_nothing_of_networks():
    script = (
        "import sys, neurosim as ns; ns.sweep; "
        "print([m for m in sys.modules if m in ('numba', 'pandas', 'tqdm', 'distributed') "
        "or m.startswith('neurosim.') "
        "and m.split('.')[1] not in ('sweeps', 'checks', 'errors', 'extras', 'files')])"
    )
    assert printed_by(script).strip() == "[]"
