"""Compiled rules are found on disk by later processes, and are never stale."""

import numpy as np
from oracles.networks import ENDS, skipping
from oracles.paper_rules import with_rules
from oracles.processes import printed_apart
from oracles.samples import samples

import neurosim as ns
from neurosim import models

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
        printed = printed_apart(script, tmp_path, PYTHONPATH=str(tmp_path / name))
        assert printed.split() == ["[[18.]]"]
        kept.append(len(list((tmp_path / "rules").rglob("rule_*.py"))))
    # Each module's is on disk.
    assert kept == [kept[0], kept[0] + 1, kept[0] + 1]
    for _ in range(2):
        script = FROM_FILE.format(path=str(tmp_path / "first" / "first.py")) + USE
        assert printed_apart(script, tmp_path).split() == ["[[18.]]"]


SCRIPT = """
import sys
from dataclasses import dataclass
import numpy as np
import neurosim as ns
from neurosim.rules import compilation
import own

@dataclass(frozen=True, kw_only=True)
class Own(ns.models.ZIL):
    decay: float = 0.5
    synapse_rule = staticmethod(own.rule)

sim = ns.Simulator(ns.Network.layered([2, 2, 1], seed=0), Own(learning_rate=1.0))
sim.fit([[0.5, 1.0]], [[1.0]])
hits = sum(loop.cache_hits for loop in compilation._loops.values())
print(repr(float(sim.weights["input->hidden1"].sum())), hits, len(compilation._loops))
"""


def test_rules_are_cached_across_processes_and_never_stale(tmp_path):
    environment = {"PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}

    def run():
        return printed_apart(SCRIPT, tmp_path, **environment).split()

    rule = "def rule(theta, epsilon, f, alpha, decay):\n    return alpha * epsilon * f{}\n"
    (tmp_path / "own.py").write_text(rule.format(""))
    first, second = run(), run()
    assert first[0] == second[0]
    assert (first[1], second[1]) == ("0", second[2])
    (tmp_path / "own.py").write_text(rule.format(" - decay * theta"))
    assert run()[0] != first[0]


def scaled(x):
    return factor_of(x)  # noqa: F821


def test_a_helper_that_is_defined_anew_is_compiled_anew():
    def simulated():
        sim = ns.Simulator(skipping(), with_rules(models.IL, value_rule=scaled)())
        sim.clamp("input", samples(1, ENDS)[0])
        sim.settle()
        sim.step()
        return sim.state("x", "b")

    states = []
    for factor in (0.25, 0.75):
        exec(
            f"import numba\n@numba.njit\ndef factor_of(x, k={factor}):\n    return k * x", globals()
        )
        states.append(simulated())
    assert not np.array_equal(*states)
