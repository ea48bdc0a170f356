"""Worlds for streams: what is shown, for how long, and whether a teacher comes.

They are values, and drive a simulator as well as `oracles.streams.Stream`: both have the verbs
clamp, run and release.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Presentation:
    """An input for `shown` ticks, its teacher for `taught` more, none if that is 0, and a pause."""

    inputs: dict
    targets: dict
    shown: int
    taught: int
    pause: int = 0


def random_presentations(
    wiring, count, *, shown, seed=0, batch=1, without_teacher=0.3, again=0.3, longest=40, scale=1.0
):
    """Presentations of random lengths, of which the shortest is `shown` ticks.

    Some come without a teacher, some show the last input again, some have a pause behind them.
    """
    generator = np.random.default_rng(seed)

    def drawn(names):
        shapes = {p: (batch, wiring.sizes[p]) for p in names}
        return {p: scale * generator.normal(size=shape) for p, shape in shapes.items()}

    inputs = None
    for _ in range(count):
        if inputs is None or generator.random() >= again:
            inputs = drawn(wiring.inputs)
        taught = 0
        if generator.random() >= without_teacher:
            taught = wiring.depth + int(generator.integers(0, longest + 1))
        pause = int(generator.integers(0, 20)) if generator.random() < 0.5 else 0
        ticks = shown + int(generator.integers(0, 9))
        yield Presentation(inputs, drawn(wiring.outputs), ticks, taught, pause)


def show(learner, presentation):
    """Let a learner live through a presentation."""
    for name, values in presentation.inputs.items():
        learner.clamp(name, values)
    learner.run(presentation.shown)
    if not presentation.taught:
        return
    for name, values in presentation.targets.items():
        learner.clamp(name, values)
    learner.run(presentation.taught)
    for name in presentation.targets:
        learner.release(name)
    learner.run(presentation.pause)
