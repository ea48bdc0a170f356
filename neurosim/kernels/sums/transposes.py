"""Weights that are fed back through again and again, kept transposed while they stay as they are.

Feedback reads theta across its rows, prediction along them. Small weights of all-to-all projections
have room for a transpose of theirs, and with it feedback is the sum of prediction: the same chain
over the same numbers, and so the same bits. A transpose is made when weights are read for a second
time: where they learn in every step, none is. Who changes weights says so; and nothing is taken for
granted of the time between two calls of the engine, when they are Python's.
"""

from __future__ import annotations

from neurosim.kernels.arrays.rows import fill
from neurosim.kernels.machine.addresses import address
from neurosim.kernels.machine.decorators import inner
from neurosim.kernels.machine.padding import PADDING, row_stride
from neurosim.kernels.sums.dense import transpose

__all__ = ["doubt", "doubt_all", "takes_transpose", "transpose_elements"]

# Values of state.transposed: the weights may have changed since they were last fed back through;
# they did not; and their transpose is up to date.
DOUBTFUL, READ, TRANSPOSED = 0, 1, 2
# Weights and transpose are to stay in a cache, side by side.
MOST_BYTES = 1 << 18


def transpose_elements(pre: int, post: int, itemsize: int) -> int:
    """Elements that the transpose of all-to-all weights takes; 0 if they are too large for one."""
    # Whole squares are written.
    elements = -(-post // PADDING) * PADDING * row_stride(pre, itemsize)
    return elements if elements * itemsize <= MOST_BYTES else 0


@inner
def doubt(state, weights):
    """A block of weights changes."""
    state.transposed[weights] = DOUBTFUL


@inner
def doubt_all(state):
    """Any weights may have changed."""
    fill(state.transposed, 0, state.transposed.size, DOUBTFUL)


@inner
def takes_transpose(plan, state, k):
    """Whether feedback through projection k is to read the transpose, which is then up to date."""
    projection = plan.projections[k]
    weights = projection.back_weights
    place = plan.weights[weights].transpose
    if place < 0 or not plan.setting[0].event_driven:
        return False
    if state.transposed[weights] == DOUBTFUL:
        state.transposed[weights] = READ
        return False
    if state.transposed[weights] == READ:
        pre = plan.populations[projection.pre]
        post = plan.populations[projection.post]
        transpose(
            address(state.theta, place), pre.stride,
            address(state.theta, projection.back), projection.stride, pre.size, post.size,
        )  # fmt: skip
        state.transposed[weights] = TRANSPOSED
    return True
