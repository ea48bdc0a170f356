"""Programs that are drawn while they run, so that each line fits what those before have left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from .checks import Failure, Found
from .dictation import dictate
from .looks import look
from .networks import draw_network
from .objects import assign, make
from .performance import Performance, Unmakable
from .program import Line, Program
from .settings import draw_model, draw_options
from .situation import Situation
from .stages import Outcome
from .verbs import fit_both, quiet_stretch, verb

__all__ = ["perform"]

_SAME = {
    "learning_rate": "model.learning_rate",
    "batch_reduction": "model.batch_reduction",
    "batch_size": "sim.batch_size",
    "dtype": "sim.dtype.name",
}


def perform(
    seed: int, number: int, tell: Callable[[Line | Program | str], object]
) -> tuple[Program, Failure | None]:
    """Draw and run one program; returns it with what fails, if anything does.

    Parameters
    ----------
    seed, number : int
        By which it is drawn.
    tell : callable
        Told the program as it begins, and each line and simulator before it is done.
    """
    generator = np.random.default_rng([seed, number])
    while True:
        kind, program = _draw(generator)
        tell(program)
        try:
            performance = Performance(program, tell)
        except Unmakable:
            # Not all that can be drawn can be made.
            continue
        except Found as found:
            return program, found.failure
        writer = _Writer(generator, performance)
        try:
            _act(kind, Situation(generator, performance.namespace), writer.do)
        except Found as found:
            return program.with_lines(writer.lines), found.failure
        return program.with_lines(writer.lines), None


class _Writer:
    """Writes each line down before it is done."""

    def __init__(
        self,
        generator: np.random.Generator,
        performance: Performance,
    ) -> None:
        self._generator, self._performance = generator, performance
        self.lines: list[Line] = []

    def do(self, line: Line) -> Outcome:
        """Do a line; some other simulator is sometimes copied before it."""
        revived = int(self._generator.integers(8))
        if "revived" in self._performance.program.twins and revived < 2:
            line = replace(line, revival=("pickle", "deepcopy")[revived])
        self.lines.append(line)
        return self._performance.do(line)


def _draw(generator: np.random.Generator) -> tuple[str, Program]:
    """A kind of program, and what it begins with."""
    kinds = ("verbs",) * 8 + ("world", "experimenter", "fits", "fits", "quiet", "objects")
    kind = kinds[generator.integers(len(kinds))]
    twins = ["event-driven", "clock-driven", "revived", "spared"]
    if generator.integers(5) == 0:
        twins.append("two threads")
    if generator.integers(4) == 0 and _can_be_set():
        twins.append("set afterwards")
    exact = kind == "fits"
    network = draw_network(generator)
    options = draw_options(generator, exact=exact)
    model = draw_model(generator, exact=exact)
    if kind == "world":
        sizes = [4, *map(int, generator.integers(1, 6, generator.integers(1, 6))), 2]
        network = (f"net = ns.Network.layered({sizes}, activation='tanh', bias=True, seed=1)",)
    if kind == "experimenter":
        network = (f"net = networks.skipping_with_bias({generator.integers(50)}, 'relu')",)
        options = {name: value for name, value in options.items() if name != "relays"}
    if kind == "quiet":
        twins.remove("clock-driven")
        # Rules of nodes are applied at every tick, and gates that are open then may be, too.
        for own in ("Ruled", "UntimelyGate"):
            model = model.replace(own, "models.ZIL")
    if kind == "objects":
        twins = ["event-driven", "revived", "spared"]
    if exact:
        # Feedback alignment is not backpropagation.
        network = tuple(line.replace(", feedback='fixed'", "") for line in network)
        if "networks.feedback_synapses" in network[0]:
            network = ("net = networks.feedback_of_shared_weights()",)
    return kind, Program(
        network, model, options, _SAME if exact else {"batch_size": "2"}, exact, tuple(twins)
    )


def _can_be_set() -> bool:
    import neurosim as ns

    return hasattr(ns.Simulator, "learning_rate") and hasattr(ns.Simulator, "gamma")


def _act(kind: str, here: Situation, do: Callable[[Line], Outcome]) -> None:
    count = 8 + here.below(50)
    if kind in ("world", "experimenter"):
        dictate(here, do, kind, count)
        return
    if kind == "fits":
        for _ in range(1 + here.below(5)):
            do(fit_both(here))
        return
    for _ in range(count):
        chance = here.below(20)
        if kind == "quiet" and chance < 4 and _may_skip(here):
            do(quiet_stretch(here))
        elif (kind == "objects" and chance < 12) or chance == 0:
            do(assign(here) if here.below(2) else make(here))
        elif chance < 5:
            do(look(here))
        else:
            do(verb(here))


def _may_skip(here: Situation) -> bool:
    """Whether the network can settle, and nothing records every tick."""
    simulation = here.sim.simulation
    missing = set(here.sim.wiring.inputs) - set(simulation.clamped)
    return not missing and not simulation.recorder.monitors
