"""Compiled code is found on disk by later processes."""

import json

import numba
from oracles.processes import printed_apart

from neurosim.kernels.machine.cache import Cache

SCRIPT = """
import neurosim as ns
from neurosim.kernels.verbs import run, train
sim = ns.Simulator(ns.Network.layered([3, 4, 2], seed=0), ns.models.FaZIL())
sim.present([0.1, 0.2, 0.3], [1.0, 0.0])
sim.fit([[0.1, 0.2, 0.3]], [[1.0, 0.0]])
ns.Simulator(ns.Network.layered([3, 4, 2], seed=0), ns.models.ZIL(), threads=2).fit(
    [[0.1, 0.2, 0.3]], [[1.0, 0.0]]
)
entries = [run.advance, run.settle, run.clamp, train.train]
stats = [entry.stats for entry in entries]
print(sum(len(s.cache_hits) for s in stats), sum(len(s.cache_misses) for s in stats))
"""

ONE_ENTRY_POINT = """
import json
import neurosim as ns
from neurosim.kernels.arrays import rows
from neurosim.kernels.nodes import pointwise
from neurosim.kernels.verbs import tick
sim = ns.Simulator(ns.Network.layered([3, 4, 2], seed=0), ns.models.FaZIL())
sim.{call}
inner = [rows.words_of, pointwise.copy, tick.advance]
libraries = [compiled.library for kernel in inner for compiled in kernel.overloads.values()]
print(json.dumps([
    [(len(kernel.stats.cache_hits), len(kernel.stats.cache_misses)) for kernel in inner],
    [function.name for library in libraries for function in library.get_defined_functions()],
    {{name: weights.tolist() for name, weights in sim.weights.items()}},
]))
"""
FIT = "fit([[0.1, 0.2, 0.3]], [[1.0, 0.0]])"


def test_a_second_process_compiles_nothing(tmp_path):
    printed = [printed_apart(SCRIPT, tmp_path).split() for _ in range(2)]
    assert printed == [["0", "4"], ["4", "0"]]


def test_inner_kernels_are_compiled_once_and_translated_only_with_what_calls_them(tmp_path):
    def fit(folder):
        return json.loads(printed_apart(ONE_ENTRY_POINT.format(call=FIT), folder))

    counts, translated, weights = fit(tmp_path / "a")
    # One for each kind of array, and for all constants that it is called with.
    assert counts == [[0, 1], [0, 4], [0, 1]]
    assert not translated
    # Another process has left them in the cache for another entry point.
    printed_apart(ONE_ENTRY_POINT.format(call="clamp('input', [0.1, 0.2, 0.3])"), tmp_path / "b")
    counts, _, again = fit(tmp_path / "b")
    assert all(hits for hits, _ in counts)
    assert again == weights


LINKAGES = """
import json
import neurosim as ns
from neurosim.kernels.verbs import train
ns.Simulator(ns.Network.layered([3, 4, 2], seed=0), ns.models.ZIL()).fit(
    [[0.1, 0.2, 0.3]], [[1.0, 0.0]]
)
(compiled,) = train.train.overloads.values()
functions = compiled.library.get_defined_functions()
print(json.dumps([(function.name, function.linkage.name) for function in functions]))
"""


def test_entry_points_keep_to_themselves_what_is_their_own_and_nothing_else(tmp_path):
    functions = json.loads(printed_apart(LINKAGES, tmp_path))
    private = [name for name, linkage in functions if linkage == "internal"]
    assert private
    assert all(name.startswith("_ZN8neurosim") for name in private)


def test_processes_that_compile_at_the_same_time_keep_their_files_apart(tmp_path, monkeypatch):
    """Whoever writes last, and however old a file is: no kind of arguments gets another's code."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    # A function of a file that can be stamped.
    first, second = (Cache(printed_apart)._cache_file for _ in range(2))
    second_index = second._load_index()
    first.save("float64", "code of one")
    # The second has looked at the index before.
    with monkeypatch.context() as earlier:
        earlier.setattr(second, "_load_index", lambda: second_index)
        second.save("float32", "code of the other")
    third = Cache(printed_apart)._cache_file
    assert third.load("float32") == "code of the other"
    assert third.load("float64") in (None, "code of one")
    names = {path.name for path in tmp_path.rglob("*.nbc")}
    # An older source's files are not written over, so that nobody finds them under a new name.
    third._save_index({})
    third.save("float64", "newer code")
    assert all(
        path.name not in names or b"newer" not in path.read_bytes()
        for path in tmp_path.rglob("*.nbc")
    )
