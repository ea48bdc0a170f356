"""Copies of a simulation that are disturbed beside one that is not, compared bit by bit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim.auditing.comparing import (
    NUDGE,
    Finding,
    Node,
    distances,
    draw_samples,
    enough_samples,
    shuffled,
    weight_distances,
)  # fmt: skip
from neurosim.backpropagation.backpropagation import Backpropagation
from neurosim.description.network import Description
from neurosim.rules.model import Model
from neurosim.simulation.inspecting import state
from neurosim.simulation.presenting import clamp, release
from neurosim.simulation.settling import settle
from neurosim.simulation.simulation import Simulation
from neurosim.simulation.ticking import run, step
from neurosim.simulation.training import fit
from neurosim.simulation.weights import set_feedback_weights, set_weights

__all__ = ["Probe"]

_STATE = ("x", "mu", "epsilon", "phi")
_POISONED = ("x", "f", "slope", "mu", "epsilon", "phi", "delta_x", "feedback", "drive")


class Probe:
    """Pairs of clock-driven copies of a simulation, one to be disturbed.

    Parameters
    ----------
    simulation : Simulation
        Whose network, weights and model are copied. Itself it is left alone.
    seed : int
        Of the samples and of what is disturbed.
    """

    def __init__(self, simulation: Simulation, seed: int) -> None:
        self._original = simulation
        self._generator = np.random.default_rng(seed)
        self._batch = min(2, simulation.batch_size)
        self._samples = draw_samples(simulation.wiring, self._batch, self._generator)
        self._depth = max(1, simulation.depth)
        self._clean, self._other = self._copy(), self._copy()
        self._begun = [array.copy() for array in self._clean.guard.arrays]
        self._single = [
            name for name in simulation.wiring.projections if not simulation.lowered.is_shared(name)
        ]

    def _copy(
        self,
        network: Description | None = None,
        *,
        event_driven: bool = False,
        rest: bool | None = False,
        model: Model | None = None,
    ) -> Simulation:
        """Make a simulation like the original, which has settled and to which a teacher appears."""
        original = self._original
        result = Simulation(
            network or original.network,
            model or original.model,
            batch_size=self._batch,
            dtype=original.dtype.name,
            error_form=original.error_form,
            rest_after_update=rest,
            event_driven=event_driven,
            relays=original.relays,
        )
        set_weights(result, original.lowered.weights())
        set_feedback_weights(result, original.lowered.weights(feedback=True))
        for name, values in self._samples[0].items():
            clamp(result, name, values)
        settle(result)
        for name, values in self._samples[1].items():
            clamp(result, name, values)
        return result

    def _begin(self, ticks: int) -> None:
        """Have both copies begin anew, and make some ticks."""
        for sim in (self._clean, self._other):
            for array, value in zip(sim.guard.arrays, self._begun, strict=True):
                if array.dtype.names is None:
                    array[...] = value
            # Addresses in the tables of each are its own.
            run(sim, ticks)

    def _nodes(self, *, predicted: bool) -> list[Node]:
        lowered = self._clean.lowered
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
        lowered = self._other.lowered
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

            before = state(self._clean, "x", population)[:, i]
            self._poison(spared, weights)
            for sim in (self._clean, self._other):
                step(sim)
            after = [state(sim, "x", population)[:, i] for sim in (self._clean, self._other)]
            same = same and after[0].tobytes() == after[1].tobytes()
            moved += not np.array_equal(before, after[0])
        return Finding(same, f"{len(nodes)} value nodes, {moved} of them moving")

    def poison_around_synapses(self, count: int) -> Finding:
        """Next theta of a synapse, where all is poisoned but the two nodes at its ends."""
        wiring = self._clean.wiring
        plastic = [name for name in self._single if wiring.projections[name].plastic]
        same, learned = True, 0
        count = enough_samples(
            count, sum(wiring.projections[name].synapse_count for name in plastic)
        )
        for _ in range(count if plastic else 0):
            name = plastic[int(self._generator.integers(len(plastic)))]
            projection = wiring.projections[name]
            i = int(self._generator.integers(projection.shape[0]))
            if not projection.targets(i):
                continue
            j = int(self._generator.choice(projection.targets(i)))
            index = projection.weight_index(i, j)
            assert index is not None
            level = self._clean.lowered.levels[projection.post]
            self._begin(level if learned % 2 == 0 else int(self._generator.integers(level + 1)))
            ends = {(projection.pre, i), (projection.post, j)}
            spared = dict.fromkeys(_POISONED, ends)

            def weights(other: str, block: Any, name: str = name, index: Any = index) -> None:
                kept = block.copy()
                block[...] = self._generator.normal(size=block.shape)
                if other == name:
                    block[index] = kept[index]

            before = self._clean.lowered.theta_block(name)[index].copy()
            self._poison(spared, weights)
            for sim in (self._clean, self._other):
                step(sim)
            after = [
                sim.lowered.theta_block(name)[index].copy() for sim in (self._clean, self._other)
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
            away = distances(wiring, (population, i))
            self._other.lowered.view("epsilon", population)[:, i] += NUDGE
            for k in range(1, self._depth + 2):
                for sim in (self._clean, self._other):
                    step(sim)
                changed = self._changed(k, away)
                same = same and not any((c & out).any() for c, out, _ in changed)
                reached = [d[c].max() for c, _, d in changed if c.any()]
                farthest = max(farthest, *map(int, reached), 0)
        words = f"{len(nodes)} disturbances, followed for {self._depth + 1} ticks"
        return Finding(same, f"{words} and up to {farthest} synapses away")

    def _changed(self, k: int, away: dict[str, npt.NDArray[np.int64]]) -> list[Any]:
        """(differs, is out of reach, distance) of nodes and synapses, k ticks after."""
        first, second = self._clean, self._other
        result = []
        for name, distance in away.items():
            for variable in _STATE:
                reach = 2 * k - 1 if variable == "x" else 2 * k
                pair = state(first, variable, name), state(second, variable, name)
                result.append(((pair[0] != pair[1]).any(axis=0), distance > reach, distance))
        for name in self._single:
            pre, post = weight_distances(first.wiring, name, away)
            for feedback in (False, True):
                blocks = [s.lowered.theta_block(name, feedback=feedback) for s in (first, second)]
                out = (pre > 2 * k - 3) & (post > 2 * k - 2)
                result.append((blocks[0] != blocks[1], out, np.minimum(pre, post)))
        return result

    def _weights_after(self, simulation: Simulation) -> list[bytes]:
        run(simulation, simulation.model.ticks(self._depth))
        for name in sorted(simulation.outputs):
            release(simulation, name)
        back = simulation.lowered.weights(feedback=True)
        weights = simulation.lowered.weights()
        weights |= {f"{name} feedback": block for name, block in back.items()}
        return [weights[name].tobytes() for name in sorted(weights)]

    def shuffled_order(self) -> Finding:
        """The same network, created in another order, learns the same."""
        network = shuffled(self._original.network, self._generator)
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
        original = self._original
        model = original.model
        # Steps that show a difference, whatever those of the model are.
        rates: Any = 0.05
        if isinstance(model.learning_rate, Mapping):
            rates = dict.fromkeys(model.learning_rate, 0.05)
        sim = self._copy(rest=None, model=replace(model, learning_rate=rates))
        bp = Backpropagation(
            original.network,
            learning_rate=rates,
            batch_size=self._batch,
            batch_reduction=model.batch_reduction,
            dtype=original.dtype.name,
        )
        bp.set_weights(original.lowered.weights())
        bp.fit(*self._samples)
        fit(sim, *self._samples)
        first, second = bp.lowered.weights(), sim.lowered.weights()
        if all(first[name].tobytes() == second[name].tobytes() for name in first):
            return 0.0
        return max(float(np.abs(first[name] - second[name]).max()) for name in first)
