"""Copies of a simulation that are disturbed beside one that is not, compared bit by bit."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from neurosim.description.projection import Projection
from neurosim.network import Network

if TYPE_CHECKING:
    from neurosim.models import BP
    from neurosim.rules.model import Model
    from neurosim.simulator import Simulator

__all__ = ["BackpropagationProbe", "Finding", "Probe"]

Samples = tuple[dict[str, npt.NDArray[Any]], dict[str, npt.NDArray[Any]]]
Node = tuple[str, int]
_STATE = ("x", "mu", "epsilon", "phi")
_POISONED = ("x", "f", "slope", "mu", "epsilon", "phi", "delta_x", "feedback", "drive")
_NUDGE = 1e-3


class Finding(NamedTuple):
    """Outcome of a test, and what was tested."""

    passed: bool
    words: str


def _draw_samples(wiring: Network, count: int, generator: np.random.Generator) -> Samples:
    inputs, targets = (
        {name: generator.normal(size=(count, wiring.populations[name].size)) for name in names}
        for names in (wiring.inputs, wiring.outputs)
    )
    return inputs, targets


def _shuffled(network: Network, generator: np.random.Generator) -> Network:
    """Return the same network, created in another order."""
    result = copy.copy(network)
    for field in ("_populations", "_projections"):
        items = list(getattr(network, field).items())
        setattr(result, field, dict(items[n] for n in generator.permutation(len(items))))
    return result


def _distances(wiring: Network, start: Node) -> dict[str, npt.NDArray[np.int64]]:
    """Synapses on the shortest way from a node to each other one, whatever their direction."""
    far = np.iinfo(np.int64).max
    result = {name: np.full(p.size, far) for name, p in wiring.populations.items()}
    result[start[0]][start[1]] = 0
    distance, growing = 0, True
    while growing:
        growing = False
        for projection in wiring.projections.values():
            for near, other, flip in (
                (projection.pre, projection.post, False),
                (projection.post, projection.pre, True),
            ):
                front = result[near] == distance
                if not front.any():
                    continue
                pattern = projection.pattern
                reached = np.zeros(len(result[other]), np.bool_)
                if pattern is None:
                    reached[:] = True
                else:
                    first, second = pattern.pre, pattern.post
                    if flip:
                        first, second = second, first
                    reached[second[front[first]]] = True
                new = reached & (result[other] > distance + 1)
                result[other][new] = distance + 1
                growing = growing or bool(new.any())
        distance += 1
        growing = growing or any((d == distance).any() for d in result.values())
    return result


def _weight_distances(
    wiring: Network, name: str, distances: dict[str, npt.NDArray[np.int64]]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Distances of the value node and of the error node of each weight that has one use."""
    projection = wiring.projections[name]
    pre, post = distances[projection.pre], distances[projection.post]
    if projection.pattern is None:
        first, second = np.broadcast_arrays(pre[:, None], post)
        return first, second
    return pre[projection.pattern.pre], post[projection.pattern.post]


class Probe:
    """Pairs of clock-driven copies of a simulator, one to be disturbed.

    Parameters
    ----------
    simulator : Simulator
        Whose network, weights and model are copied. Itself it is left alone.
    seed : int
        Of the samples and of what is disturbed.
    """

    def __init__(self, simulator: Simulator, seed: int) -> None:
        self._original = simulator
        self._generator = np.random.default_rng(seed)
        self._batch = min(2, simulator.batch_size)
        self._samples = _draw_samples(simulator.wiring, self._batch, self._generator)
        self._depth = max(1, simulator._depth)
        self._clean, self._other = self._copy(), self._copy()
        self._begun = [array.copy() for array in self._clean._guard.arrays]
        self._single = [
            name for name in simulator.wiring.projections if not simulator._lowered.is_shared(name)
        ]

    def _copy(
        self,
        network: Network | None = None,
        *,
        event_driven: bool = False,
        rest: bool | None = False,
        model: Model | None = None,
    ) -> Simulator:
        """Make a simulator like the original, which has settled and to which a teacher appears."""
        original = self._original
        result = type(original)(
            network or original.network,
            model or original.model,
            batch_size=self._batch,
            dtype=original.dtype.name,  # type: ignore[arg-type]
            error_form=original.error_form,  # type: ignore[arg-type]
            rest_after_update=rest,
            event_driven=event_driven,
            relays=original.relays,
        )
        result.set_weights(original.weights)
        result.set_feedback_weights(original.feedback_weights)
        for name, values in self._samples[0].items():
            result.clamp(name, values)
        result.settle()
        for name, values in self._samples[1].items():
            result.clamp(name, values)
        return result

    def _begin(self, ticks: int) -> None:
        """Have both copies begin anew, and make some ticks."""
        for sim in (self._clean, self._other):
            for array, value in zip(sim._guard.arrays, self._begun, strict=True):
                if array.dtype.names is None:
                    array[...] = value
            # Addresses in the tables of each are its own.
            sim.run(ticks)

    def _nodes(self, *, predicted: bool) -> list[Node]:
        lowered = self._clean._lowered
        return [
            (name, i)
            for name, population in self._clean.wiring.populations.items()
            if not population.constant and (not predicted or lowered.is_predicted(name))
            for i in range(population.size)
        ]

    def _choose(self, items: list[Any], count: int) -> list[Any]:
        chosen = self._generator.permutation(len(items))[:count]
        return [items[n] for n in chosen]

    def _poison(self, spared: dict[str, set[Node]], weights: Callable[..., None]) -> None:
        """Overwrite the state of all nodes but those spared, field by field, and weights."""
        lowered = self._other._lowered
        for name in lowered.names:
            record = lowered.populations[lowered.index[name]]
            for field in _POISONED:
                if field == "slope" and record["linear"]:
                    continue
                view = lowered.view(field, name)
                keep = [i for other, i in spared[field] if other == name]
                kept = view[:, keep].copy()
                noise = self._generator.normal(size=view.shape)
                view[...] = noise > 0 if field == "phi" else noise
                view[:, keep] = kept
        for name in self._single:
            for feedback in (False, True):
                weights(name, lowered.theta_block(name, feedback=feedback))

    def poison_around_nodes(self, count: int) -> Finding:
        """Next x of a value node, where all is poisoned but what it may read."""
        wiring = self._clean.wiring
        same, moved = True, 0
        nodes = self._choose(self._nodes(predicted=True), count)
        for population, i in nodes:
            self._begin(int(self._generator.integers(self._depth + 1)))
            targets = {
                (projection.post, j)
                for projection in wiring.projections.values()
                if projection.pre == population
                for j in projection.targets(i)
            }
            own = {(population, i)}
            spared = {**dict.fromkeys(_POISONED, own), "epsilon": own | targets}

            def weights(name: str, block: Any, i: int = i, population: str = population) -> None:
                projection = wiring.projections[name]
                kept = block.copy()
                block[...] = self._generator.normal(size=block.shape)
                if projection.pre == population:
                    mine = [i] if projection.pattern is None else projection.pattern.pre == i
                    block[mine] = kept[mine]

            before = self._clean.state("x", population)[:, i]
            self._poison(spared, weights)
            for sim in (self._clean, self._other):
                sim.step()
            after = [sim.state("x", population)[:, i] for sim in (self._clean, self._other)]
            same = same and after[0].tobytes() == after[1].tobytes()
            moved += not np.array_equal(before, after[0])
        return Finding(same, f"{len(nodes)} value nodes, {moved} of them moving")

    def poison_around_synapses(self, count: int) -> Finding:
        """Next theta of a synapse, where all is poisoned but the two nodes at its ends."""
        wiring = self._clean.wiring
        plastic = [name for name in self._single if wiring.projections[name].plastic]
        same, learned = True, 0
        for _ in range(count if plastic else 0):
            name = plastic[int(self._generator.integers(len(plastic)))]
            projection = wiring.projections[name]
            i = int(self._generator.integers(projection.shape[0]))
            if not projection.targets(i):
                continue
            j = int(self._generator.choice(projection.targets(i)))
            index = projection.weight_index(i, j)
            assert index is not None
            level = self._clean._lowered.levels[projection.post]
            self._begin(level if learned % 2 == 0 else int(self._generator.integers(level + 1)))
            ends = {(projection.pre, i), (projection.post, j)}
            spared = dict.fromkeys(_POISONED, ends)

            def weights(other: str, block: Any, name: str = name, index: Any = index) -> None:
                kept = block.copy()
                block[...] = self._generator.normal(size=block.shape)
                if other == name:
                    block[index] = kept[index]

            before = self._clean._lowered.theta_block(name)[index].copy()
            self._poison(spared, weights)
            for sim in (self._clean, self._other):
                sim.step()
            after = [
                sim._lowered.theta_block(name)[index].copy() for sim in (self._clean, self._other)
            ]
            same = same and after[0].tobytes() == after[1].tobytes()
            learned += bool(after[0] != before)
        if not plastic:
            return Finding(True, "no synapse that learns has a weight of its own")
        return Finding(same, f"{count} synapses, {learned} of them learning")

    def light_cone(self, count: int) -> Finding:
        """A change of one epsilon crosses at most two synapses in a tick, one back and one forth.

        From an error node to the value nodes that predict it, and from these to the error nodes
        that they predict: after k ticks it has reached x at most 2 k - 1 synapses away, and mu,
        epsilon and phi at most 2 k.
        """
        wiring, same, farthest = self._clean.wiring, True, 0
        nodes = self._choose(self._nodes(predicted=True), max(1, count // 4))
        for population, i in nodes:
            self._begin(int(self._generator.integers(self._depth + 1)))
            distances = _distances(wiring, (population, i))
            self._other._lowered.view("epsilon", population)[:, i] += _NUDGE
            for k in range(1, self._depth + 2):
                for sim in (self._clean, self._other):
                    sim.step()
                changed = self._changed(k, distances)
                same = same and not any((c & out).any() for c, out, _ in changed)
                reached = [d[c].max() for c, _, d in changed if c.any()]
                farthest = max(farthest, *map(int, reached), 0)
        words = f"{len(nodes)} disturbances, followed for {self._depth + 1} ticks"
        return Finding(same, f"{words} and up to {farthest} synapses away")

    def _changed(self, k: int, distances: dict[str, npt.NDArray[np.int64]]) -> list[Any]:
        """(differs, is out of reach, distance) of nodes and synapses, k ticks after."""
        first, second = self._clean, self._other
        result = []
        for name, distance in distances.items():
            for variable in _STATE:
                reach = 2 * k - 1 if variable == "x" else 2 * k
                pair = first.state(variable, name), second.state(variable, name)
                result.append(((pair[0] != pair[1]).any(axis=0), distance > reach, distance))
        for name in self._single:
            pre, post = _weight_distances(first.wiring, name, distances)
            for feedback in (False, True):
                blocks = [s._lowered.theta_block(name, feedback=feedback) for s in (first, second)]
                out = (pre > 2 * k - 3) & (post > 2 * k - 2)
                result.append((blocks[0] != blocks[1], out, np.minimum(pre, post)))
        return result

    def _weights_after(self, simulator: Simulator) -> list[bytes]:
        simulator.run(simulator.model.ticks(self._depth))
        for name in sorted(simulator.wiring.outputs):
            simulator.release(name)
        weights = simulator.weights | {
            f"{name} feedback": w for name, w in simulator.feedback_weights.items()
        }
        return [weights[name].tobytes() for name in sorted(weights)]

    def shuffled_order(self) -> Finding:
        """The same network, created in another order, learns the same."""
        network = _shuffled(self._original.network, self._generator)
        same = self._weights_after(self._copy()) == self._weights_after(self._copy(network))
        return Finding(same, "all weights after one presentation")

    def event_driven(self) -> Finding:
        """Working only where something has changed gives the same."""
        same = self._weights_after(self._copy()) == self._weights_after(
            self._copy(event_driven=True)
        )
        return Finding(same, "all weights after one presentation")

    def difference_from_backpropagation(self) -> float:
        """Largest difference of any weight after one batch, with a learning rate that shows it."""
        from neurosim.models import BP

        original = self._original
        model = original.model
        # Steps that show a difference, whatever those of the model are.
        rates: Any = 0.05
        if isinstance(model.learning_rate, Mapping):
            rates = dict.fromkeys(model.learning_rate, 0.05)
        sim = self._copy(rest=None, model=replace(model, learning_rate=rates))
        bp = BP(
            original.network,
            learning_rate=rates,
            batch_size=self._batch,
            batch_reduction=model.batch_reduction,
            dtype=original.dtype.name,  # type: ignore[arg-type]
        )
        bp.set_weights(original.weights)
        for learner in (bp, sim):
            learner.fit(*self._samples)
        first, second = bp.weights, sim.weights
        if all(first[name].tobytes() == second[name].tobytes() for name in first):
            return 0.0
        return max(float(np.abs(first[name] - second[name]).max()) for name in first)


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

    def __init__(self, bp: BP, seed: int) -> None:
        self._original = bp
        self._generator = np.random.default_rng(seed)
        self._samples = _draw_samples(bp._lowered.network, 1, self._generator)

    def _copy(self, network: Network | None = None) -> BP:
        original = self._original
        result = type(original)(
            network or original.network,
            learning_rate=original.learning_rate,
            dtype=original.dtype.name,  # type: ignore[arg-type]
        )
        result.set_weights(original.weights)
        return result

    def light_cone(self, count: int) -> Finding:
        """A change of one weight changes in one update no synapse further than one away."""
        wiring = self._original._lowered.network
        names = [name for name, p in wiring.projections.items() if p.plastic]
        same, farthest, pairs = True, 0, max(1, count // 4)
        for _ in range(pairs):
            name = names[int(self._generator.integers(len(names)))]
            clean, other = self._copy(), self._copy()
            weights = clean.weights
            projection = wiring.projections[name]
            block = weights[projection.shares or name]
            place = int(self._generator.integers(block.size))
            block.flat[place] += _NUDGE
            other.set_weights(weights)
            before = clean.weights, other.weights
            for learner in (clean, other):
                learner.fit(*self._samples)
            after = clean.weights, other.weights
            distances = _distances(wiring, (projection.post, _post_of(projection, place)))
            for each, p in wiring.projections.items():
                if each not in after[0] or clean._lowered.is_shared(each):
                    continue
                changes = [a[each] - b[each] for a, b in zip(after, before, strict=True)]
                pre, post = _weight_distances(wiring, p.name, distances)
                near = np.minimum(pre, post)
                differs = changes[0] != changes[1]
                same = same and not (differs & (near > 1)).any()
                farthest = max([farthest, *map(int, near[differs])])
        words = f"{pairs} disturbances, in one update up to {farthest} synapses away"
        return Finding(same, words)

    def shuffled_order(self) -> Finding:
        """The same network, created in another order, learns the same."""
        pair = self._copy(), self._copy(_shuffled(self._original.network, self._generator))
        for learner in pair:
            learner.fit(*self._samples)
        first, second = (learner.weights for learner in pair)
        same = all(first[name].tobytes() == second[name].tobytes() for name in first)
        return Finding(same, "all weights after one update")
