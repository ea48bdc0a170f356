"""IL, inference learning: synapses learn when a signal from outside says so."""

from __future__ import annotations

from dataclasses import dataclass

from ..checks import MOST_TICKS, integer
from ..rules.model import Model

__all__ = ["IL"]


def gate(signal):  # type: ignore[no-untyped-def]
    """Open at the tick for which the external signal "t = t_c" is given."""
    return signal == 1


@dataclass(frozen=True, kw_only=True)
class IL(Model):
    """Inference learning: relax for `t_c` ticks, then one update of all weights.

    Parameters
    ----------
    gamma : float
        Integration step of inference: 0.1, unless told otherwise, which is how IL relaxes. At the
        1 of Z-IL nodes overshoot, and their energy may grow from tick to tick instead of falling.
    t_c : int
        The update is made from the snapshot at t = t_c, after t_c moves of x.

    References
    ----------
    Song 2020, Section 2.2; Whittington & Bogacz 2017.
    """

    gamma: float = 0.1
    t_c: int = 20
    gate = staticmethod(gate)
    commit = "tick"

    def __post_init__(self) -> None:
        super().__post_init__()
        integer("IL", "t_c", self.t_c, 0, MOST_TICKS)

    @property
    def signal_at(self) -> int:
        """The signal is given at t = t_c."""
        return self.t_c

    def ticks(self, depth: int) -> int:
        """t_c moves, and the tick in which the weights learn."""
        return self.t_c + 1
