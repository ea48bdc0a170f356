"""Loops over the objects of a population or projection, made of a user's rule and compiled.

The text of each kind of loop stands here once. Which numbers of the engine an argument of the rule
stands for is written into it, so that nothing else can be reached.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from textwrap import indent
from typing import Any

import numpy as np

from neurosim.kernels.arrays.layout import GAMMA, POPULATION, RULE_PARAMETERS, ZERO_THRESHOLD
from neurosim.rules.compilation import compiled_loop
from neurosim.rules.reading import OF_A_REPLICA, READS, owner_of, reads

__all__ = ["compile_rule", "parameter_values"]

_PARAMETERS = {"gamma": GAMMA, "zero_threshold": ZERO_THRESHOLD}


def parameter_values(parameters: Mapping[str, float]) -> list[float]:
    """Numbers of a model that its rules may read, in the order in which the engine keeps them."""
    return [float(parameters[name]) for name in sorted(parameters) if name not in _PARAMETERS]


def _places(parameters: Mapping[str, float]) -> dict[str, int]:
    """Where in the engine's parameters each number is."""
    others = [name for name in sorted(parameters) if name not in _PARAMETERS]
    return _PARAMETERS | {name: RULE_PARAMETERS + n for n, name in enumerate(others)}


_NODES = """
from math import nan
from numba import types, uint8
from neurosim.kernels.machine.addresses import array_at, span
from neurosim.kernels.machine.bits import united
from neurosim.kernels.machine.callbacks import callback

real, byte, int64 = types.CPointer(types.{real}), types.CPointer(types.uint8), types.int64
integers = types.CPointer(int64)

@callback(int64(real, byte, integers, real, integers, int64, int64, int64, int64), cache={cache},
       error_model="numpy")
def loop(reals, flags, stamps, parameters, record, first, count, bits, time):
    reals, flags, stamps = array_at(reals), array_at(flags), array_at(stamps)
    parameters, record = array_at(parameters), array_at(record)
    zero, missing = reals.dtype.type(0), reals.dtype.type(nan)
    total = uint8(0)
    for row in range(0, count, {stride}):
        {blocks}
        # From zero, so that an index is never negative: Numba would look, and LLVM not vectorise.
        for i in range({size}):
            {body}
    return total
"""

# Blocks of the state that each loop uses, by the array they are in.
_REALS = {
    "gate": ("epsilon", "mu", "drive"),
    "value_rule": ("x", "f", "slope", "epsilon", "feedback", "delta_x", "value_memory",
        "value_memory_next",
    ),
    "error_rule": (
        "x", "mu", "mu_next", "epsilon", "delta_x", "error_memory", "error_memory_before",
    ),
    "detector": ("epsilon", "drive", "detector_memory", "detector_memory_before"),
}  # fmt: skip
_FLAGS = {
    "gate": ("phi", "open"),
    "value_rule": ("clamped", "resting_next"),
    "error_rule": ("resting",),
    "detector": ("phi", "seen"),
}
# How an argument is written, where it is not the element of a block.
_WORDS = {
    "gate": {"phi": "phi[i] != 0", "timer": "time", "level": "record[{level}]", "signal": "bits"},
    "value_rule": {"memory": "value_memory[i]"},
    "error_rule": {
        "delta_x": "(delta_x[i] if bits & 1 else zero)",
        "delta_mu": "mu_next[i] - mu[i]",
        "mu": "mu_next[i]",
        "memory": "before",
    },
    "detector": {
        "last_epsilon": "drive[i]",
        "x_moved": "seen[i] & 1 != 0",
        "mu_moved": "seen[i] & 2 != 0",
        "quiet_for": "(time - quiet_since[i] if seen[i] & 4 else 0)",
        "memory": "before",
    },
}
# A second evaluation in the same snapshot begins with the memory from before the first.
_BEFORE = """before = {kind}_memory_before[i] if bits & 2 else {kind}_memory[i]
        {kind}_memory_before[i] = before
"""
_BODIES = {
    "gate": """
        opens = uint8(0 + {call} != 0)
        drive[i] = epsilon[i] if opens else epsilon[i] * 0
        open[i] = opens
        total = united(total, opens)
""",
    "value_rule": """
        still = clamped[i] | resting_next[i]
        try:
            {result} = {call}
            delta_x[i] = zero if still else zero + change
            {remember}
        except Exception:
            delta_x[i] = zero if still else missing
        total = united(total, uint8(delta_x[i] != 0))
""",
    "error_rule": """
        {before}
        try:
            {result} = {call}
            error = reals.dtype.type(zero + change)
            {remember}
        except Exception:
            error = missing
        # An error that is not finite stays what it was; bit 2 of the result tells, delta_x where.
        bad = not abs(error) < {huge}
        delta_x[i] = missing if bad else delta_x[i]
        error = epsilon[i] if resting[i] or bad else error
        total = united(total, uint8((2 if bad else 0) | (error != epsilon[i])))
        epsilon[i] = error
        mu[i] = mu_next[i]
""",
    "detector": """
        {before}
        {result} = {call}
        phi[i] = 1 if 0 + change else 0
        {remember}
        total = united(total, phi[i])
""",
}
_MEMORY = {"value_rule": "value", "error_rule": "error", "detector": "detector"}

_SYNAPSES = """
from math import nan
from numba import types
from neurosim.kernels.machine.addresses import array_at, integers_at, reals_at, span
from neurosim.kernels.machine.arithmetic import fma
from neurosim.kernels.machine.callbacks import callback
from neurosim.kernels.sums.sparse import RUNS, bounds_of, step_of

real, int64 = types.CPointer(types.{real}), types.int64

@callback(types.void(real, int64, real, int64, real, int64, int64, int64, int64, int64,
                     types.{real}), cache={cache}, error_model="numpy")
def loop(f, f_stride, theta, theta_stride, drive, drive_stride, rows, pre, post, table, alpha):
    f, theta, drive = array_at(f), array_at(theta), array_at(drive)
    table = integers_at(table)
    parameters = reals_at(table[0], theta)
    zero, missing = theta.dtype.type(0), theta.dtype.type(nan)
    # What a sum over the replicas is divided by.
    share = theta.dtype.type(table[4])
    {runs}
            thetas = span(theta, weight, weight + length)
            changes = span(theta, table[1] + weight, table[1] + weight + length)
            before = span(theta, table[2] + weight, table[2] + weight + length)
            memories = span(theta, table[3] + weight, table[3] + weight + length)
            for j in range(length):
                changes[j] = zero
                memories[j] = before[j]
            for r in range(rows):
                at = r * drive_stride + first
                errors = span(drive, at, at + length)
                sent = f[r * f_stride + i]
                for j in range(length):
                    {replica}
            for j in range(length):
                {update}
"""
# A rule that reads epsilon or f is asked by each replica, and what it returns is added up.
_EACH_REPLICA = """if errors[j] != zero:
                        try:
                            {result} = {call}
                            changes[j] += zero + change
                            {remember}
                        except Exception:
                            changes[j] = missing"""
_SHARE_OF_ALL = "changes[j] /= share"
# Any other rule is asked once, where an error of some replica was let through.
_ADD_UP = "changes[j] = fma(sent, errors[j], changes[j])"
_ONCE = """hebb = changes[j] / share
                changes[j] = zero
                taught = hebb != zero
                r = 0
                while r < rows and not taught:
                    taught = drive[r * drive_stride + first + j] != zero
                    r += 1
                if taught:
                    try:
                        {result} = {call}
                        changes[j] = zero + change
                        {remember}
                    except Exception:
                        changes[j] = missing"""
_SYNAPSE_WORDS = {
    "theta": "thetas[j]", "epsilon": "errors[j]", "f": "sent", "alpha": "alpha",
    "memory": "memories[j]", "hebb": "hebb",
}  # fmt: skip
_DENSE_RUNS = """for i in range(pre):
        for first in range(1):
            weight, length = i * theta_stride, post"""
_SPARSE_RUNS = """step, runs = step_of(theta_stride), bounds_of(theta_stride)
    for i in range(pre):
        for n in range(runs[i], runs[i + 1]):
            at = pre + 1 + step * n
            first, weight = runs[at], runs[at + 1]
            length = runs[at + 2] if step == RUNS else 1"""


def compile_rule(
    kind: str,
    rule: Callable[..., Any],
    parameters: Mapping[str, float],
    dtype: np.dtype[Any],
    *,
    sparse: bool = False,
) -> int:
    """Address of the loop of a rule; `sparse` tells apart the patterns of synapse rules."""
    names = reads(kind, rule, parameters)
    owner = owner_of(kind, rule)
    places = _places(parameters)
    own = _SYNAPSE_WORDS if kind == "synapse_rule" else _WORDS[kind]
    level = POPULATION.names.index("level")  # type: ignore[union-attr]

    def word(name: str) -> str:
        if name not in READS[kind]:
            return f"parameters[{places[name]}]"
        return own.get(name, f"{name}[i]").format(level=level)

    remembers = "memory" in names
    words = {
        "call": f"function0({', '.join(map(word, names))})",
        "result": "change, kept" if remembers else "change",
        "real": dtype.name,
    }
    if kind == "synapse_rule":
        words["remember"] = "memories[j] = kept" if remembers else ""
        each = bool(OF_A_REPLICA & set(names))
        words["replica"] = (_EACH_REPLICA if each else _ADD_UP).format(**words)
        words["update"] = (_SHARE_OF_ALL if each else _ONCE).format(**words)
        words["runs"] = _SPARSE_RUNS if sparse else _DENSE_RUNS
        return compiled_loop(_SYNAPSES, (rule,), words, owner)
    memory = _MEMORY.get(kind)
    kept = "value_memory_next" if kind == "value_rule" else f"{memory}_memory"
    words["remember"] = f"{kept}[i] = kept" if remembers else ""
    words["before"] = _BEFORE.format(kind=memory) if remembers else ""
    words["huge"] = repr(float(np.finfo(dtype).max))
    body = indent(_BODIES[kind].format(**words), "    ").strip()
    # A gate gives all nodes that are asked an answer; other rules leave the padding alone.
    rows = {"stride": "count", "size": "count"}
    if kind != "gate":
        stride, size = (POPULATION.names.index(name) for name in ("stride", "size"))  # type: ignore[union-attr]
        rows = {"stride": f"record[{stride}]", "size": f"record[{size}]"}
    words = {**words, **rows, "body": body, "blocks": _blocks(kind, rows["size"])}
    # For an answer of yes or no there is nothing that stands for an error.
    may_raise = kind not in ("gate", "detector")
    return compiled_loop(_NODES, (rule,), words, owner, may_raise=may_raise)


def _blocks(kind: str, size: str) -> str:
    """Text that opens what a loop over nodes uses of each block, `size` elements from a row on."""
    arrays = [("reals", name) for name in _REALS[kind]] + [("flags", name) for name in _FLAGS[kind]]
    if kind == "detector":
        arrays.append(("stamps", "quiet_since"))
    lines = []
    for array, name in arrays:
        at = f"record[{POPULATION.names.index(name)}] + first + row"  # type: ignore[union-attr]
        lines.append(f"{name} = span({array}, {at}, {at} + {size})")
    return "\n        ".join(lines)
