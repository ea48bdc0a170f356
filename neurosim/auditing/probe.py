"""Copies of a simulation that are disturbed beside one that is not, compared bit by bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim.auditing.comparing import (
    NUDGE,
    Finding,
    Node,
    distances,
    enough_samples,
    onward,
    shuffled,
    weight_distances,
)  # fmt: skip
from neurosim.auditing.copies import STATE, Copies, Pair
from neurosim.auditing.poisoning import FIELDS, SWEEP, onsets, poison_nodes, poison_weights, swept
from neurosim.kernels.arrays import layout
from neurosim.simulation.inspecting import state
from neurosim.simulation.presenting import clamp
from neurosim.simulation.simulation import Simulation
from neurosim.simulation.ticking import step

__all__ = ["Probe"]

_NOTHING: list[int] = []


class Probe:
    """What reaches what, found by disturbing one of two copies, at times drawn from their course.

    Parameters
    ----------
    copies : Copies
        Which makes them.
    """

    def __init__(self, copies: Copies) -> None:
        self._copies, self._generator, self._depth = copies, copies.generator, copies.depth
        self._pair = Pair(copies)
        self._clean, self._other = self._pair.both
        self._wiring = copies.original.wiring
        self._single = [
            name for name in self._wiring.projections if not copies.original.lowered.is_shared(name)
        ]

    def _begin_anywhere(self) -> None:
        self._pair.begin(self._copies.course.moment(self._generator))

    def _step(self) -> None:
        for sim in self._pair.both:
            step(sim)

    def poison_around_nodes(self, count: int) -> Finding:
        """Next x of a value node, and its next onset, where all is poisoned but what it may read.

        That is what is its own, the errors that reach it, whether those are heard, and the onsets
        of the nodes that predict it.
        """
        wiring, same, moved = self._wiring, True, 0
        nodes = self._copies.choose(self._copies.nodes(predicted=True), count)
        for node in nodes:
            self._begin_anywhere()
            population, i = node
            targets = {
                (projection.post, j)
                for projection in wiring.projections.values()
                if projection.pre == population
                for j in projection.targets(i)
            }
            spared = {
                **{field: {node} for field in FIELDS},
                "epsilon": {node} | targets,
                SWEEP: {node} | targets | self._sources(node),
            }

            def weights(name: str, population: str = population, i: int = i) -> Any:
                projection = wiring.projections[name]
                if projection.pre != population:
                    return _NOTHING
                return [i] if projection.pattern is None else projection.pattern.pre == i

            before = state(self._clean, "x", population)[:, i]
            poison_nodes(self._other.lowered, spared, self._generator)
            poison_weights(self._other.lowered, self._single, weights, self._generator)
            self._step()
            same = same and _seen(self._clean, node) == _seen(self._other, node)
            moved += not np.array_equal(before, state(self._clean, "x", population)[:, i])
        return Finding(same, f"{len(nodes)} value nodes, {moved} of them moving")

    def _sources(self, node: Node) -> set[Node]:
        """Nodes that predict one."""
        population, j = node
        result = set()
        for projection in self._wiring.projections.values():
            if projection.post == population:
                pattern, size = projection.pattern, projection.shape[0]
                pre = range(size) if pattern is None else pattern.pre[pattern.post == j].tolist()
                result |= {(projection.pre, i) for i in pre}
        return result

    def poison_around_synapses(self, count: int) -> Finding:
        """Next theta of a synapse, where all is poisoned but the two nodes at its ends."""
        wiring, course = self._wiring, self._copies.course
        plastic = [name for name in self._single if wiring.projections[name].plastic]
        same, learned = True, 0
        count = enough_samples(
            count, sum(wiring.projections[name].synapse_count for name in plastic)
        )
        for number in range(count if plastic else 0):
            name = plastic[int(self._generator.integers(len(plastic)))]
            projection = wiring.projections[name]
            i = int(self._generator.integers(projection.shape[0]))
            if not projection.targets(i):
                continue
            j = int(self._generator.choice(projection.targets(i)))
            index = projection.weight_index(i, j)
            assert index is not None
            if number % 2 == 0:
                level = self._clean.lowered.levels[projection.post]
                self._pair.begin(course.moment_of_learning(level, self._generator))
            else:
                self._begin_anywhere()
            ends = {(projection.pre, i), (projection.post, j)}
            spared = dict.fromkeys((*FIELDS, SWEEP), ends)

            def weights(other: str, name: str = name, index: Any = index) -> Any:
                return index if other == name else _NOTHING

            before = self._clean.lowered.theta_block(name)[index].copy()
            poison_nodes(self._other.lowered, spared, self._generator)
            poison_weights(self._other.lowered, self._single, weights, self._generator)
            self._step()
            after = [sim.lowered.theta_block(name)[index].copy() for sim in self._pair.both]
            same = same and after[0].tobytes() == after[1].tobytes()
            learned += bool(after[0] != before)
        if not plastic:
            return Finding(True, "no synapse that learns has a weight of its own")
        return Finding(same, f"{count} synapses, {learned} of them learning")

    def light_cone(self, count: int) -> Finding:
        """A change of one epsilon crosses at most two synapses in a tick, one back and one forth.

        From an error node to the value nodes that predict it, and from these to the error nodes
        that they predict: after k ticks it has reached x at most 2 k - 1 synapses away, and mu,
        epsilon and phi at most 2 k; and no onset.
        """
        same, farthest = True, 0
        nodes = self._copies.choose(self._copies.nodes(predicted=True), max(1, count // 4))
        for population, i in nodes:
            self._begin_anywhere()
            away = distances(self._wiring, (population, i))
            self._other.lowered.view("epsilon", population)[:, i] += NUDGE
            for k in range(1, self._depth + 2):
                self._step()
                within, reached = self._changed(2 * k - 1, away)
                told = [sim.lowered.state.onset.tobytes() for sim in self._pair.both]
                same = same and within and told[0] == told[1]
                farthest = max(farthest, reached)
        words = f"{len(nodes)} disturbances, followed for {self._depth + 1} ticks"
        return Finding(same, f"{words} and up to {farthest} synapses away")

    def light_cone_of_onsets(self, count: int) -> Finding:
        """An onset of one input node is k ticks later where k synapses lead, and nowhere else.

        Who follows it is not heard, so that after k ticks it has reached x at most 2 k synapses
        away, and mu, epsilon and phi at most 2 k + 1.
        """
        same, farthest = True, 0
        nodes = self._copies.choose(self._copies.nodes(predicted=False), max(1, count // 4))
        for population, i in nodes:
            self._begin_anywhere()
            away = distances(self._wiring, (population, i))
            due = {name: np.zeros(p.size, np.bool_) for name, p in self._wiring.populations.items()}
            due[population][i] = True
            clamp(self._other, population, state(self._other, "x", population)[:, [i]], nodes=[i])
            for k in range(self._depth + 2):
                if k:
                    self._step()
                    due = onward(self._wiring, due)
                within, reached = self._changed(2 * k, away)
                for name, nodes_due in due.items():
                    clean, other = (_onsets_now(sim, name) for sim in self._pair.both)
                    within = within and np.array_equal(other, clean | nodes_due)
                same = same and within
                farthest = max(farthest, reached)
        words = f"{len(nodes)} onsets, one synapse a tick, followed for {self._depth + 1} ticks"
        return Finding(same, f"{words} and up to {farthest} synapses away")

    def _changed(self, reach: int, away: dict[str, npt.NDArray[np.int64]]) -> tuple[bool, int]:
        """Whether no x differs beyond `reach` synapses, nor what follows from it, and how far."""
        first, second = self._pair.both
        within, reached = True, [0]
        for name, distance in away.items():
            for variable in STATE:
                pair = state(first, variable, name), state(second, variable, name)
                differs = (pair[0] != pair[1]).any(axis=0)
                within = within and not (differs & (distance > reach + (variable != "x"))).any()
                reached.append(int(distance[differs].max(initial=0)))
        for name in self._single:
            pre, post = weight_distances(self._wiring, name, away)
            out = (pre > reach - 2) & (post > reach - 1)
            for feedback in (False, True):
                blocks = [s.lowered.theta_block(name, feedback=feedback) for s in (first, second)]
                differs = blocks[0] != blocks[1]
                within = within and not (differs & out).any()
                reached.append(int(np.minimum(pre, post)[differs].max(initial=0)))
        return within, max(reached)

    def shuffled_order(self) -> Finding:
        """The same network, created in another order, learns the same."""
        copies = self._copies
        network = shuffled(copies.original.network, self._generator)
        same = copies.learned(copies.make()) == copies.learned(copies.make(network))
        return Finding(same, f"all weights after {copies.told}")

    def event_driven(self) -> Finding:
        """Working only where something has changed gives the same."""
        copies = self._copies
        pair = copies.learned(copies.make()), copies.learned(copies.make(event_driven=True))
        return Finding(pair[0] == pair[1], f"all weights after {copies.told}")


def _seen(simulation: Simulation, node: Node) -> tuple[bytes, int, int]:
    """State of a value node: x, its latest onset, and whether it follows."""
    population, i = node
    lowered = simulation.lowered
    x = state(simulation, "x", population)[:, i].tobytes()
    return x, int(onsets(lowered, population)[i]), int(swept(lowered, population)[i])


def _onsets_now(simulation: Simulation, population: str) -> npt.NDArray[np.bool_]:
    """Which nodes of a population have an onset in this snapshot."""
    lowered = simulation.lowered
    return np.equal(onsets(lowered, population), int(lowered.state.clock[layout.TICK]))
