"""Updates in the engine's order of summation, which Z-IL and Fa-Z-IL equal to the last bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim.engine.faults import Fault, faulty_weight, node_out_of_bound, overflowing_node
from neurosim.engine.lowering import Lowered
from neurosim.kernels.arrays import layout
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
    ) -> Fault | None:
        """Learn from the chosen samples, batch by batch, up to the first batch with a fault.

        What that batch has then changed is not taken back.
        """
        lowered = self._lowered
        failed = kernel.backpropagate(*lowered.arguments, x, y, chosen, lowered.batch_size)
        if failed == layout.DONE:
            # An overflow of weights is as good as certain to be seen in the next forward pass.
            return faulty_weight(lowered)
        # y is kept as x, and delta as epsilon.
        fault = overflowing_node(lowered, ("x", "f", "epsilon"))
        for p in lowered.plan.order:
            fault = fault or node_out_of_bound(lowered, lowered.names[p], "x")
        return fault or faulty_weight(lowered)
