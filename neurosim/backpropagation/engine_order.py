"""Updates in the engine's order of summation, which Z-IL and Fa-Z-IL equal to the last bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim.engine.faults import overflowing_node, overflowing_weight
from neurosim.engine.lowering import Lowered
from neurosim.errors import DivergenceError
from neurosim.kernels.verbs import backpropagation as kernel

__all__ = ["EngineOrder"]


class EngineOrder:
    """Backpropagation by the engine's own vectorised sums.

    Parameters
    ----------
    lowered : Lowered
        The network, whose weights are updated in place.
    """

    def __init__(self, lowered: Lowered) -> None:
        self._lowered = lowered

    def update(
        self, x: npt.NDArray[Any], y: npt.NDArray[Any], chosen: npt.NDArray[np.int64]
    ) -> None:
        """Learn from the chosen samples, batch by batch; from none of them if that overflows."""
        lowered = self._lowered
        before = lowered.blocks.theta.copy()
        failed = kernel.backpropagate(*lowered.arguments, x, y, chosen, lowered.batch_size) >= 0
        # y is kept as x, and delta as epsilon.
        fault = overflowing_node(lowered, ("x", "f", "epsilon")) if failed else None
        fault = fault or overflowing_weight(lowered)
        if fault is not None:
            if overflowing_weight(lowered):
                lowered.blocks.theta[:] = before
            raise DivergenceError(*fault)
