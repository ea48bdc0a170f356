"""Weights that no cache holds, read from memory once a tick instead of twice.

Feedback and prediction both read theta row by row, a row per presynaptic node. With few replicas
either does little else than wait for memory. So, where the weights of a projection stay as they are
in a tick, its presynaptic nodes are taken block by block: feedback to the nodes of a block, where
these will go, and what they will add to the predictions of the next snapshot, while their rows of
theta are in a cache. These predictions wait in mu_next, which is read only if the step is made.
Every chain has the order of `synapses`, and so the same bits.
"""

from __future__ import annotations

from neurosim.kernels.arrays.layout import (
    FEEDBACKS,
    FORETOLD,
    LIVE,
    PREDICTIONS,
    RESTED,
    SAME_SNAPSHOT,
    TICK,
)
from neurosim.kernels.arrays.rows import any_set, end_of_run, flags_of, mark, words_of
from neurosim.kernels.awake.quiet import under_way
from neurosim.kernels.machine.across_kernel import ACROSS_VECTORS
from neurosim.kernels.machine.calls import call_activation, call_sum
from neurosim.kernels.machine.decorators import inner
from neurosim.kernels.machine.registers import VECTOR_BYTES
from neurosim.kernels.nodes.activity import send, step
from neurosim.kernels.nodes.synapses import predict

__all__ = ["nodes_of_pass", "predict_next", "propose_in_one_pass", "takes_one_pass"]

# With more replicas there is more to compute than to wait for.
MOST_REPLICAS = 8
# Weights of fewer bytes stay in a cache anyway. A block has about as many as the second constant
# says, and where rows are so long that it had to have more than the third, there is none.
LEAST_BYTES = 3 << 19
BLOCK_BYTES = 1 << 18
MOST_BLOCK_BYTES = 1 << 21


def nodes_of_pass(pre: int, row_bytes: int, itemsize: int) -> int:
    """Presynaptic nodes in a block, for rows of theta of so many bytes; 0 if it does not pay."""
    least = ACROSS_VECTORS * VECTOR_BYTES // itemsize
    if pre * row_bytes < LEAST_BYTES or least * row_bytes > MOST_BLOCK_BYTES:
        return 0
    return max(1, BLOCK_BYTES // row_bytes // least) * least


@inner
def takes_one_pass(plan, state, p, first, last):
    """Whether population p may do its step in one pass, and gains by it."""
    setting = plan.setting[0]
    population = plan.populations[p]
    if not setting.one_pass or not setting.event_driven or population.outgoing != 1:
        return False
    if under_way(plan, state):
        return False
    k = plan.wiring[population.first_outgoing]
    projection = plan.projections[k]
    if projection.pass_nodes == 0 or state.learned_next[k] or last - first > MOST_REPLICAS:
        return False
    if population.injected_until > state.clock[TICK]:
        return False
    # Without errors no weight is read to feed back, and what rests is not predicted.
    rested = any_set(words_of(state, RESTED, projection.post))
    return not rested and any_set(words_of(state, LIVE, projection.post))


@inner
def propose_in_one_pass(plan, state, p, first, last):
    """delta_x and x_next in the replicas from first to last, and mu_next of what p predicts.

    Returns whether any node moves, and the largest magnitude of x_next.
    """
    pre = plan.populations[p]
    projection = plan.projections[plan.wiring[pre.first_outgoing]]
    post = plan.populations[projection.post]
    rows = last - first
    begin = first * pre.stride
    epsilon_at = post.epsilon + first * post.stride
    mu_at = post.mu_next + first * post.stride
    send(plan, state, p, first, last)
    moves = False
    top = 0.0
    for i in range(0, pre.size, projection.pass_nodes):
        nodes = min(projection.pass_nodes, pre.size - i)
        call_sum(
            projection.feedback, state.real, epsilon_at, post.stride, state.theta,
            projection.back + i * projection.stride, projection.stride,
            pre.feedback + begin + i, pre.stride, rows, nodes, post.size, 1, plan.alpha[0],
        )  # fmt: skip
        for r in range(rows):
            a = begin + r * pre.stride + i
            moved, size = step(plan, state, p, a, a + nodes)
            moves = moves or moved
            # Once NaN, it stays so.
            if top == top and not size <= top:
                top = size
            if pre.linear == 0:
                call_activation(
                    pre.activation, state.real, pre.x_next + a, pre.f_next + a,
                    pre.slope_next + a, nodes,
                )  # fmt: skip
        call_sum(
            projection.prediction, state.real, pre.f_next + begin + i, pre.stride, state.theta,
            projection.theta + i * projection.stride, projection.stride, mu_at, post.stride,
            rows, nodes, post.size, 1 if i == 0 else 0, plan.alpha[0],
        )  # fmt: skip
    state.count[FEEDBACKS] += rows * projection.synapses
    mark(state, FORETOLD, projection.post, first, last, 1)
    return moves, top


@inner
def predict_next(plan, state, q, first, last):
    """mu_next of population q in the replicas from first to last, if it is not there already."""
    post = plan.populations[q]
    if not plan.setting[0].one_pass or state.clock[SAME_SNAPSHOT]:
        predict(plan, state, q, first, last, post.mu_next)
        return
    foretold = flags_of(state, FORETOLD, q)
    while first < last:
        end = end_of_run(foretold, first, last)
        if foretold[first]:
            k = plan.wiring[post.first_incoming]
            state.count[PREDICTIONS] += (end - first) * plan.projections[k].synapses
        else:
            predict(plan, state, q, first, end, post.mu_next)
        first = end
