"""What monitors must show, whatever was done."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from oracles.bits import VARIABLES

from .program import Line
from .stages import Outcome, Stage

__all__ = ["wrong_recordings"]


def wrong_recordings(stage: Stage, line: Line, outcome: Outcome) -> list[tuple[str, str]]:
    """What is wrong with the monitors of a simulator, and by which words it shows."""
    found = []
    for name, monitor in stage.namespace.items():
        if not re.fullmatch(r"m\d+", name) or f"{name}.tick" not in stage.shown:
            continue
        if not _grows(name, monitor, stage.shown):
            found.append(("ticks that repeat", f"{name}.tick"))
        ran = line.verb in ("run", "step") and outcome.error is None and "run(0" not in line.text
        if ran and not _is_up_to_date(monitor, stage.namespace["sim"]):
            found.append(("a last row that is not the state", f"{name}.{monitor.variable}"))
    return found


def _grows(name: str, monitor: Any, shown: dict[str, Any]) -> bool:
    """Whether rows have ticks of their own; spikes have, of their nodes."""
    tick = np.frombuffer(shown[f"{name}.tick"][2], np.int64)
    if f"{name}.i" not in shown:
        lengths = {shown[f"{name}.{word}"][1][0] for word in ("t", "tick", monitor.variable)}
        return len(lengths) == 1 and bool((np.diff(tick) > 0).all())
    spikes = list(zip(tick, monitor.population, monitor.i, monitor.replica, strict=True))
    return len({tuple(map(str, spike)) for spike in spikes}) == len(spikes) and bool(
        (np.diff(tick) >= 0).all()
    )


def _is_up_to_date(monitor: Any, sim: Any) -> bool:
    """Whether the last row of what is recorded at every tick is what there is."""
    variable = getattr(monitor, "variable", None)
    if variable not in VARIABLES or monitor.every != 1 or not monitor.is_recording:
        return True
    rows = sim.replicas
    now = np.concatenate([sim.state(variable, name)[:rows] for name in monitor.names], axis=1)
    recorded = getattr(monitor, variable)
    return len(recorded) > 0 and recorded[-1][:rows].tobytes() == now.tobytes()
