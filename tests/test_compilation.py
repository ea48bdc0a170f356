"""Compiled code is found on disk by later processes."""

import json
import os
import subprocess
import sys

import numba
import numpy as np
import pytest

from neurosim.kernels.arrays.layout import PADDING
from neurosim.kernels.machine.cache import Cache
from neurosim.kernels.machine.deferred import MOST_SIDE_BY_SIDE
from neurosim.kernels.machine.intrinsics import VECTOR_BYTES

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
ONE_ACTIVATION = """
import numpy as np
from neurosim.rules import compilation as rules
from neurosim.description.activations import ACTIVATIONS
rules.compile_activation(ACTIVATIONS["sigmoid"].functions, np.dtype("{dtype}"))
print(*(loop.inspect_llvm() for loop in rules._loops.values()))
"""
FIT = "fit([[0.1, 0.2, 0.3]], [[1.0, 0.0]])"


def printed_by(script, folder, **settings):
    environment = {
        **os.environ,
        "NUMBA_CACHE_DIR": str(folder / "numba"),
        "NEUROSIM_CACHE_DIR": str(folder / "rules"),
        **settings,
    }
    command = [sys.executable, "-W", "error", "-c", script]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def test_a_second_process_compiles_nothing(tmp_path):
    printed = [printed_by(SCRIPT, tmp_path).split() for _ in range(2)]
    assert printed == [["0", "4"], ["4", "0"]]


def test_inner_kernels_are_compiled_once_and_translated_only_with_what_calls_them(tmp_path):
    def fit(folder):
        return json.loads(printed_by(ONE_ENTRY_POINT.format(call=FIT), folder))

    counts, translated, weights = fit(tmp_path / "a")
    # One for each kind of array, and for all constants that it is called with.
    assert counts == [[0, 1], [0, 3], [0, 1]]
    assert not translated
    # Another process has left them in the cache for another entry point.
    printed_by(ONE_ENTRY_POINT.format(call="clamp('input', [0.1, 0.2, 0.3])"), tmp_path / "b")
    counts, _, again = fit(tmp_path / "b")
    assert all(hits for hits, _ in counts)
    assert again == weights


SQUARE = """
import neurosim as ns
square = ns.Activation("square", lambda x: x * x, lambda x: 2.0 * x)
"""
USE = """
import numpy as np
import neurosim as ns
net = ns.Network.layered([1, 1, 1], activation=square, weights=[[[3.0]], [[2.0]]])
print(ns.Simulator(net, ns.models.ZIL()).predict([[1.0]]))
"""
FROM_FILE = """
import importlib.util
spec = importlib.util.spec_from_file_location("nowhere", {path!r})
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
square = module.square
"""


def test_rules_are_of_use_where_the_module_that_they_came_from_is_not_known(tmp_path):
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.py").write_text(SQUARE)
    kept = []
    for name in ("first", "second", "first"):
        script = f"from {name} import square" + USE
        assert printed_by(script, tmp_path, PYTHONPATH=str(tmp_path / name)).split() == ["[[18.]]"]
        kept.append(len(list((tmp_path / "rules").rglob("rule_*.py"))))
    # Each module's is on disk.
    assert kept == [kept[0], kept[0] + 1, kept[0] + 1]
    for _ in range(2):
        script = FROM_FILE.format(path=str(tmp_path / "first" / "first.py")) + USE
        assert printed_by(script, tmp_path).split() == ["[[18.]]"]


LINKAGES = """
import json
import neurosim as ns
from neurosim.kernels import train
ns.Simulator(ns.Network.layered([3, 4, 2], seed=0), ns.models.ZIL()).fit(
    [[0.1, 0.2, 0.3]], [[1.0, 0.0]]
)
(compiled,) = train.train.overloads.values()
functions = compiled.library.get_defined_functions()
print(json.dumps([(function.name, function.linkage.name) for function in functions]))
"""


def test_entry_points_keep_to_themselves_what_is_their_own_and_nothing_else(tmp_path):
    functions = json.loads(printed_by(LINKAGES, tmp_path))
    private = [name for name, linkage in functions if linkage == "internal"]
    assert private
    assert all(name.startswith("_ZN8neurosim") for name in private)


TRAIN = """
import numpy as np
import neurosim as ns

class Ruled(ns.models.FaZIL):
    value_rule = staticmethod(lambda slope, feedback, epsilon: slope * feedback - epsilon)
    error_rule = staticmethod(lambda epsilon, delta_x, delta_mu: epsilon + delta_x - delta_mu)
    detector = staticmethod(lambda epsilon, quiet_for: epsilon != 0.0 and quiet_for > 0)
    synapse_rule = staticmethod(lambda epsilon, f, alpha: alpha * epsilon * f)

net = ns.Network(seed=0)
net.add_population("pixels", 70)
net.add_population("hidden", 5, "tanh")
net.add_population("out", 2)
net.connect("pixels", "hidden")
net.connect("hidden", "out", rule=ns.connectors.FixedInDegree(3))
random = np.random.default_rng(0)
x = np.where(random.random((7, 70)) < 0.8, 0.0, random.random((7, 70)))
y = random.random((7, 2))
for model in ns.models.IL(gamma=0.1, t_c=3), ns.models.FaZIL(), Ruled():
    sim = ns.Simulator(net, model, batch_size=3)
    sim.fit(x, y)
    print({name: weights.tolist() for name, weights in sim.weights.items()})
"""


def test_no_index_is_out_of_bounds(tmp_path):
    # What Numba raises in a loop that is called by address is dropped, but the bits would differ.
    checked = printed_by(TRAIN, tmp_path / "a", NUMBA_BOUNDSCHECK="1")
    assert checked == printed_by(TRAIN, tmp_path / "b", NUMBA_BOUNDSCHECK="0")


def test_processes_that_compile_at_the_same_time_keep_their_files_apart(tmp_path, monkeypatch):
    """Whoever writes last, and however old a file is: no kind of arguments gets another's code."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    # A function of a file that can be stamped.
    first, second = (Cache(printed_by)._cache_file for _ in range(2))
    second_index = second._load_index()
    first.save("float64", "code of one")
    # The second has looked at the index before.
    with monkeypatch.context() as earlier:
        earlier.setattr(second, "_load_index", lambda: second_index)
        second.save("float32", "code of the other")
    third = Cache(printed_by)._cache_file
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


def test_importing_is_light():
    script = (
        "import sys, neurosim; "
        "print([m for m in ('numba', 'pandas', 'sklearn') if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_row_of_padding_is_gone_through_in_whole_vectors_side_by_side(dtype, tmp_path):
    """As many numbers in a turn of the loop as rows are padded to, or as many vectors as pay."""
    code = printed_by(ONE_ACTIVATION.format(dtype=dtype), tmp_path)
    lanes = VECTOR_BYTES // np.dtype(dtype).itemsize
    number = {"float64": "double", "float32": "float"}[dtype]
    quotients = code.count(f"fdiv <{lanes} x {number}>")
    # LLVM may add a loop over single vectors behind it.
    assert quotients >= min(PADDING // lanes, MOST_SIDE_BY_SIDE)
