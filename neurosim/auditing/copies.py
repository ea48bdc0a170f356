"""Copies of a simulation, which are led through a course while the original is left alone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from neurosim.auditing.comparing import Node, draw_samples
from neurosim.auditing.courses import Act, settled, streamed
from neurosim.description.network import Description
from neurosim.description.path_lengths import sweep_needs
from neurosim.rules.model import Model
from neurosim.simulation.inspecting import state
from neurosim.simulation.simulation import Simulation
from neurosim.simulation.weights import set_feedback_weights, set_weights

__all__ = ["STATE", "Copies", "Pair"]

STATE = ("x", "mu", "epsilon", "phi")

Item = TypeVar("Item")
_PRESENTATIONS = 4


class Copies:
    """Makes copies of a simulation to which nothing has been shown yet.

    Parameters
    ----------
    simulation : Simulation
        Whose network, weights and model are copied. Itself it is left alone.
    seed : int
        Of the samples and of what is disturbed.

    Attributes
    ----------
    generator : numpy.random.Generator
        From which all that is random is drawn.
    course : Course
        Through which copies are led: a stream if the model has a sweep.
    needs : SweepNeeds or None
        What the network needs of a stream.
    """

    def __init__(self, simulation: Simulation, seed: int) -> None:
        self.original = simulation
        self.generator = np.random.default_rng(seed)
        self.batch = min(2, simulation.batch_size)
        self.depth = max(1, simulation.depth)
        wiring = simulation.wiring
        self.needs = None
        if simulation.model.sweep:
            self.needs = sweep_needs(wiring, relays=simulation.relays)
            samples = [
                draw_samples(wiring, self.batch, self.generator) for _ in range(_PRESENTATIONS)
            ]
            self.course = streamed(simulation, samples, self.needs, self.generator)
        else:
            self.course = settled(simulation, draw_samples(wiring, self.batch, self.generator))

    def make(
        self,
        network: Description | None = None,
        *,
        event_driven: bool = False,
        rest: bool | None = False,
        model: Model | None = None,
    ) -> Simulation:
        """Make one, of the network as it is if no other is given; its lesions are not copied."""
        original = self.original
        result = Simulation(
            network or original.network,
            model or original.model,
            batch_size=self.batch,
            dtype=original.dtype.name,
            error_form=original.error_form,
            rest_after_update=rest,
            event_driven=event_driven,
            relays=original.relays,
        )
        set_weights(result, original.lowered.weights())
        set_feedback_weights(result, original.lowered.weights(feedback=True))
        return result

    def learned(self, simulation: Simulation) -> list[bytes]:
        """Lead one through the course, and return its weights."""
        self.course.lead(simulation)
        back = simulation.lowered.weights(feedback=True)
        weights = simulation.lowered.weights()
        weights |= {f"{name} feedback": block for name, block in back.items()}
        return [weights[name].tobytes() for name in sorted(weights)]

    def history(self, simulation: Simulation, *, lie: Act | None = None) -> list[bytes]:
        """Lead one through the course; what its nodes were and did at each tick, and its weights.

        Parameters
        ----------
        lie : callable, optional
            What is done to it before each tick.
        """
        seen: list[bytes] = []
        lowered = simulation.lowered

        def look(simulation: Simulation) -> None:
            if lie is not None:
                lie(simulation)
            digest = hashlib.sha256(lowered.state.theta.tobytes())
            for name in lowered.names:
                for variable in STATE:
                    digest.update(state(simulation, variable, name).tobytes())
            digest.update(lowered.state.swept.tobytes())
            seen.append(digest.digest())

        self.course.lead(simulation, before_tick=look)
        look(simulation)
        return seen

    @property
    def told(self) -> str:
        """Words for what the course shows."""
        count = self.course.inputs
        return "one presentation" if count == 1 else f"{count} presentations in a stream"

    def choose(self, items: Sequence[Item], count: int) -> list[Item]:
        """Draw some, each once."""
        chosen = self.generator.permutation(len(items))[:count]
        return [items[n] for n in chosen]

    def nodes(self, *, predicted: bool) -> list[Node]:
        """Nodes that are not constant, and that something predicts, or nothing does."""
        lowered = self.original.lowered
        return [
            (name, i)
            for name, population in self.original.wiring.populations.items()
            if not population.constant and lowered.is_predicted(name) == predicted
            for i in range(population.size)
        ]


class Pair:
    """Two clock-driven copies, of which the other is to be disturbed."""

    def __init__(self, copies: Copies) -> None:
        self.clean, self.other = copies.make(), copies.make()
        self._course = copies.course
        lowered = self.clean.lowered
        self._state = [array.copy() for array in lowered.state]
        self._populations = lowered.populations.copy()

    @property
    def both(self) -> tuple[Simulation, Simulation]:
        """The one, and the other."""
        return self.clean, self.other

    def begin(self, moment: int) -> None:
        """Have both go through the course anew, until a tick that is not made."""
        for sim in self.both:
            for array, value in zip(sim.lowered.state, self._state, strict=True):
                array[...] = value
            # What else is noted of them; the rest of a record does not change.
            for field in ("held", "shown", "injected_until"):
                sim.lowered.populations[field] = self._populations[field]
            self._course.lead(sim, moment)
