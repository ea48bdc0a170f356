"""Copies of backpropagation, one of them disturbed, compared bit by bit."""

from __future__ import annotations

import numpy as np

from neurosim.auditing.comparing import (
    NUDGE,
    Finding,
    distances,
    draw_samples,
    enough_samples,
    shuffled,
    weight_distances,
)  # fmt: skip
from neurosim.backpropagation.backpropagation import Backpropagation
from neurosim.description.network import Description
from neurosim.description.projection import Projection

__all__ = ["BackpropagationProbe"]


def _post_of(projection: Projection, place: int) -> int:
    """Error node of the weight at a place in the array of a projection's weights."""
    pattern = projection.pattern
    if pattern is None:
        return place % projection.shape[1]
    if pattern.weight is not None:
        place = int(np.flatnonzero(pattern.weight == place)[0])
    return int(pattern.post[place])


class BackpropagationProbe:
    """Pairs of backpropagating copies, one to be disturbed; their only step is a whole update."""

    def __init__(self, bp: Backpropagation, seed: int) -> None:
        self._original = bp
        self._generator = np.random.default_rng(seed)
        self._samples = draw_samples(bp.lowered.network, 1, self._generator)

    def _copy(self, network: Description | None = None) -> Backpropagation:
        original = self._original
        result = Backpropagation(
            network or original.network,
            learning_rate=original.learning_rate,
            dtype=original.dtype.name,
        )
        result.set_weights(original.lowered.weights())
        return result

    def light_cone(self, count: int) -> Finding:
        """A change of one weight changes in one update no synapse further than one away."""
        wiring = self._original.lowered.network
        names = [n for n, p in wiring.projections.items() if p.plastic and p.synapse_count]
        synapses = sum(wiring.projections[name].synapse_count for name in names)
        same, farthest, pairs = True, 0, max(1, enough_samples(count, synapses) // 4)
        for _ in range(pairs):
            name = names[int(self._generator.integers(len(names)))]
            clean, other = self._copy(), self._copy()
            weights = clean.lowered.weights()
            projection = wiring.projections[name]
            block = weights[projection.shares or name]
            place = int(self._generator.integers(block.size))
            block.flat[place] += NUDGE
            other.set_weights(weights)
            before = clean.lowered.weights(), other.lowered.weights()
            for learner in (clean, other):
                learner.fit(*self._samples)
            after = clean.lowered.weights(), other.lowered.weights()
            away = distances(wiring, (projection.post, _post_of(projection, place)))
            for each, p in wiring.projections.items():
                if each not in after[0] or clean.lowered.is_shared(each):
                    continue
                changes = [a[each] - b[each] for a, b in zip(after, before, strict=True)]
                pre, post = weight_distances(wiring, p.name, away)
                near = np.minimum(pre, post)
                differs = changes[0] != changes[1]
                same = same and not (differs & (near > 1)).any()
                farthest = max([farthest, *map(int, near[differs])])
        words = f"{pairs} disturbances, in one update up to {farthest} synapses away"
        return Finding(same, words)

    def shuffled_order(self) -> Finding:
        """The same network, created in another order, learns the same."""
        pair = self._copy(), self._copy(shuffled(self._original.network, self._generator))
        for learner in pair:
            learner.fit(*self._samples)
        first, second = (learner.lowered.weights() for learner in pair)
        same = all(first[name].tobytes() == second[name].tobytes() for name in first)
        return Finding(same, "all weights after one update")
