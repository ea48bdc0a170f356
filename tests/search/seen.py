"""All that can be seen of a simulator and of what is beside it, by the words that show it."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from oracles.bits import VARIABLES

from neurosim.errors import DivergenceError

__all__ = ["as_plain", "not_finite", "seen"]

_ADDRESS = re.compile(r"0x[0-9a-fA-F]+")


def seen(namespace: dict[str, Any]) -> dict[str, Any]:
    """What shows by which expression, as bytes or plain words."""
    shown: dict[str, Any] = {}
    sim = namespace.get("sim")
    if sim is not None and hasattr(sim, "simulation"):
        _see_simulator(sim, shown)
    bp = namespace.get("bp")
    if bp is not None:
        for name, weights in bp.weights.items():
            shown[f"bp.weights[{name!r}]"] = _bytes(weights)
    net = namespace.get("net")
    if net is not None:
        shown["list(net.populations)"] = list(net.populations)
        shown["list(net.projections)"] = list(net.projections)
        shown["net.seed"] = net.seed
    for name, value in namespace.items():
        if re.fullmatch(r"m\d+", name):
            _see_monitor(name, value, shown)
    return shown


def _see_simulator(sim: Any, shown: dict[str, Any]) -> None:
    rows = sim.replicas
    shown["sim.replicas"] = rows
    for name in sim.wiring.populations:
        for variable in VARIABLES:
            shown[f"sim.state({variable!r}, {name!r})[:{rows}]"] = _bytes(
                sim.state(variable, name)[:rows]
            )
    for kind in ("weights", "feedback_weights"):
        for name, weights in getattr(sim, kind).items():
            shown[f"sim.{kind}[{name!r}]"] = _bytes(weights)
    shown["sim.t"] = sim.t
    if sim.model.sweep:
        onset = sim.simulation.lowered.state.onset
        shown["sim.simulation.lowered.state.onset"] = _bytes(onset)
    for word in ("energy", "residual"):
        try:
            shown[f"sim.{word}"] = float(getattr(sim, word)).hex()
        except DivergenceError as error:
            # Squares may be larger than any number where what is squared is not.
            shown[f"sim.{word}"] = str(error)
    shown["sim.clock_driven_operations"] = tuple(sim.clock_driven_operations)
    simulation = sim.simulation
    shown["sim.simulation.clamped"] = sorted(
        (name, tuple(sorted(nodes))) for name, nodes in simulation.clamped.items()
    )
    shown["sim.model"] = repr(sim.model)
    for word in ("learning_rate", "gamma", "bound"):
        if hasattr(type(sim), word):
            shown[f"sim.{word}"] = repr(getattr(sim, word))


def _see_monitor(name: str, monitor: Any, shown: dict[str, Any]) -> None:
    words = ["t", "presentation"]
    words += [word for word in ("tick",) if hasattr(type(monitor), word)]
    if hasattr(type(monitor), "count"):
        words += ["population", "i", "replica"]
    else:
        words.append(monitor.variable)
    for word in words:
        shown[f"{name}.{word}"] = _bytes(np.asarray(getattr(monitor, word)))


def _bytes(array: np.ndarray[Any, Any]) -> tuple[Any, ...]:
    return array.dtype.str, array.shape, array.tobytes()


def not_finite(shown: dict[str, Any]) -> list[tuple[str, str]]:
    """Numbers that are none, and by which words they show."""
    found = []
    for words, value in shown.items():
        if not words.startswith(("sim.state", "sim.weights", "sim.feedback", "bp.weights")):
            continue
        array = np.frombuffer(value[2], value[0])
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            found.append(("not finite", words))
    for words in ("sim.energy", "sim.residual"):
        if shown.get(words) in ("inf", "nan"):
            found.append(("not finite", words))
    return found


def as_plain(value: Any, depth: int = 0) -> Any:
    """A result as bytes and plain words, so that two can be compared."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "O":
            return [as_plain(each, depth + 1) for each in value.ravel()]
        return _bytes(value)
    if isinstance(value, (float, np.floating)):
        return float(value).hex()
    if isinstance(value, dict) and depth < 4:
        return [(str(k), as_plain(v, depth + 1)) for k, v in value.items()]
    if isinstance(value, (list, tuple)) and depth < 4:
        return [as_plain(each, depth + 1) for each in value]
    if type(value).__name__ == "DiGraph":
        nodes = sorted((str(n), sorted(map(str, d.items()))) for n, d in value.nodes(data=True))
        edges = sorted(
            (str(a), str(b), sorted(map(str, d.items()))) for a, b, d in value.edges(data=True)
        )
        return nodes, edges
    if type(value).__name__ == "DataFrame":
        return value.to_csv()
    if type(value).__module__.startswith("matplotlib"):
        return type(value).__name__
    return _ADDRESS.sub("0x", str(value))
