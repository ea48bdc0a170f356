"""Streams: a world that shows a network things at times of its own, with nobody in command."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.description.path_lengths import SweepNeeds, sweep_needs
from neurosim.errors import ArgumentError, ProtocolError
from neurosim.kernels.arrays import layout
from neurosim.kernels.verbs import run as engine
from neurosim.kernels.verbs import stream as loops
from neurosim.simulation import samples
from neurosim.simulation.presenting import clamp, release, release_ends
from neurosim.simulation.samples import Progress
from neurosim.simulation.simulation import Simulation
from neurosim.simulation.ticking import make_ticks
from neurosim.world.event import Event, timed
from neurosim.world.presentations import Presentations

__all__ = [
    "check_sweep", "needs_of", "refuse_replicas", "refuse_ticks", "shortest", "show_stretch",
    "stream", "stretches",
]  # fmt: skip

Integers = npt.NDArray[np.int64]
Matrix = npt.NDArray[Any]


def stream(
    simulation: Simulation,
    source: object,
    *,
    learning: bool = True,
    progress: Progress | None = None,
) -> None:
    """Let a world show itself: clamp, release, and let time pass, as the world says.

    Nothing else is done to the network: it is not settled, no time begins, nobody says when
    prediction is over. With a model that has a `sweep`, Fa-Z-IL then learns what backpropagation
    learns, bit for bit, if each teacher comes late enough and stays long enough; see
    ``Network.summary`` for how long that is, and ``docs/stream.md``.

    Parameters
    ----------
    source : iterable of events, or made by `neurosim.world`
        What happens, and when: ``ns.world.Event`` objects, tuples (ticks to wait first, population,
        values, or None to release), whole numbers (ticks to wait); or ``ns.world.presentations``,
        ``ns.world.frames``. It may be without end.
    learning : bool
        Whether synapses learn.
    progress : callable, optional
        Called with (presentations done, presentations in all) a few times a second, where the
        source is ``ns.world.presentations``; of others, with (events done, 0) after each.

    Raises
    ------
    ProtocolError
        If the model has no sweep.
    DivergenceError
        If a state overflows, or leaves the bound. All that came before has happened.

    Examples
    --------
    >>> import neurosim as ns
    >>> net = ns.Network.layered([2, 3, 1], seed=0)
    >>> sim = ns.Simulator(net, ns.models.FaZIL(learning_rate=0.1, t_d=4, sweep=True))
    >>> phi = ns.SpikeMonitor(sim)
    >>> sim.stream([
    ...     (0, "input", [0.5, 1.0]),  # the world shows something ...
    ...     (10, "output", [1.0]),  # ... the teacher appears ...
    ...     (5, "output", None),  # ... and goes
    ... ])
    >>> for tick, population in zip(phi.tick, phi.population):
    ...     print(tick, population)
    10 output
    11 hidden1
    11 hidden1
    11 hidden1
    """
    owner = "Simulator.stream"
    learning = checks.boolean(owner, "learning", learning)
    report = samples.check_progress(owner, progress)
    check_sweep(simulation, owner)
    if isinstance(source, Presentations):
        _show_presentations(simulation, owner, source, learning, report)
        return
    for number, (ticks, event) in enumerate(timed(source, owner)):
        if ticks:
            make_ticks(simulation, ticks, learning)
        if event is not None:
            _let_happen(simulation, event)
        report(number + 1, 0)


def _let_happen(simulation: Simulation, event: Event) -> None:
    """Clamp or release what an event says."""
    # A vector of bool, which an event may have, too, is taken as well.
    nodes = cast("Sequence[int | str] | None", event.nodes)
    if event.values is None and isinstance(event.population, str):
        release(simulation, event.population, nodes=nodes)
    else:
        clamp(simulation, event.population, event.values, nodes=nodes)


def check_sweep(simulation: Simulation, owner: str) -> None:
    """Refuse a stream where the model has no sweep."""
    if not simulation.model.sweep:
        name = type(simulation.model).__name__
        raise ProtocolError(
            f"{owner}: {name} has no sweep, without which a network that nobody settles predicts "
            f"nothing exactly; make it as {name}(sweep=True)"
        )


def needs_of(simulation: Simulation, owner: str) -> SweepNeeds:
    """What the network needs of a stream; warns where it cannot be exact as it is set up."""
    check_sweep(simulation, owner)
    needs = sweep_needs(simulation.wiring, relays=simulation.relays)
    rests = bool(simulation.lowered.plan.setting[0]["rest"])
    if needs.unreached:
        reason = f"no onset reaches {', '.join(map(repr, needs.unreached))}"
    elif simulation.model.t_d < needs.t_d and not rests:
        reason = f"t_d is {simulation.model.t_d}, but must be at least {needs.t_d} without rest"
    else:
        return needs
    warnings.warn(
        f"neurosim: {owner}: in a stream this network does not learn what backpropagation learns: "
        f"{reason}; see Network.summary()",
        UserWarning,
        stacklevel=5,
    )
    return needs


def shortest(simulation: Simulation, needs: SweepNeeds) -> tuple[int, int]:
    """For how many ticks, at the least, an input is shown before its teacher, and that stays."""
    return needs.longest + simulation.model.t_d, max(1, simulation.model.ticks(simulation.depth))


def _show_presentations(
    simulation: Simulation, owner: str, source: Presentations, learning: bool, progress: Progress
) -> None:
    """Show samples in the compiled loop."""
    if source.targets is None:
        x = samples.matrix(owner, "inputs", source.inputs, simulation.lowered, simulation.inputs)
        y = np.zeros((1, 1), simulation.dtype)
    else:
        x, y = samples.paired(owner, source.inputs, source.targets, simulation.lowered)
    shown, taught = shortest(simulation, needs_of(simulation, owner))
    chosen, sizes, ticks = source.schedule(len(x), simulation.batch_size, shown, taught)
    if simulation.is_taught():
        raise ProtocolError(
            f"{owner}: a teacher holds "
            f"{', '.join(repr(n) for n in simulation.outputs if simulation.holds(n).any())}; "
            "release it, or have the source do so"
        )
    refuse_replicas(simulation, owner, sizes)
    before, total = 0, len(sizes)
    for stretch in stretches(x, y, chosen, sizes, ticks):
        show_stretch(simulation, stretch, learning, partial(_report, progress, before, total))
        before += len(stretch.ticks)


def _report(progress: Progress, before: int, total: int, done: int) -> None:
    progress(before + done, total)


class Stretch:
    """Presentations of equally many samples, one after the other, and where they stand.

    Parameters
    ----------
    inputs, targets : ndarray, shape (samples, columns)
    chosen : ndarray of int64
        Samples in the order in which they are shown.
    firsts : ndarray of int64, shape (presentations,)
        Where in `chosen` each presentation begins.
    ticks : ndarray of int64, shape (presentations, 3)
        How long each is shown, taught (0: not at all), and followed by a pause.
    rows : int
        Samples of each presentation.
    """

    def __init__(
        self, inputs: Matrix, targets: Matrix, chosen: Integers, firsts: Integers, ticks: Integers,
        rows: int,
    ) -> None:  # fmt: skip
        self.inputs, self.targets, self.rows = inputs, targets, rows
        self.chosen, self.firsts = np.ascontiguousarray(chosen), np.ascontiguousarray(firsts)
        self.ticks = np.ascontiguousarray(ticks)
        self.position = np.zeros(3, np.int64)

    @property
    def done(self) -> int:
        """Presentations that are over."""
        return int(self.position[loops.PRESENTATION])

    @property
    def current(self) -> Integers:
        """Samples of the presentation where it stands."""
        first = int(self.firsts[self.done])
        return self.chosen[first : first + self.rows]

    def values(self, simulation: Simulation, names: tuple[str, ...]) -> dict[str, Matrix]:
        """Values of the present samples for inputs, or for outputs, in the order of the engine."""
        matrix = self.inputs if names == simulation.inputs else self.targets
        columns = simulation.lowered.columns(names)
        return {
            name: np.ascontiguousarray(matrix[self.current][:, columns[name]])
            for name in sorted(names)
        }


def stretches(
    inputs: Matrix, targets: Matrix, chosen: Integers, sizes: Integers, ticks: Integers
) -> Iterator[Stretch]:
    """Presentations in turn, as many at a time as show equally many samples one after the other."""
    firsts = np.cumsum(sizes) - sizes
    changes = np.flatnonzero(np.diff(sizes)) + 1
    for begin, end in pairwise([0, *changes.tolist(), len(sizes)]):
        part = slice(begin, end)
        yield Stretch(inputs, targets, chosen, firsts[part], ticks[part], int(sizes[begin]))


def show_stretch(
    simulation: Simulation, stretch: Stretch, learning: bool, progress: Callable[[int], None]
) -> None:
    """Show all presentations of a stretch; what was shown when it is interrupted has happened."""
    if stretch.rows != simulation.rows:
        release_ends(simulation)
        guard = simulation.guard
        with guard.change(partial(guard.restore, guard.copies())):
            simulation.use_replicas(stretch.rows)
    recorder = simulation.recorder
    parts = stretch.inputs, stretch.targets, stretch.chosen, stretch.firsts, stretch.ticks
    arguments = *simulation.lowered.arguments, *parts, stretch.position
    while stretch.done < len(stretch.ticks):
        begun, work = time.perf_counter(), simulation.work_per_slice
        with recorder.lock:
            status = loops.stream(*arguments, work, learning, *recorder.tape())
            if status == layout.FULL:
                recorder.drain()
        if simulation.guard.retries(status):
            _do_by_hand(simulation, stretch, learning)
        elif status == layout.DONE and stretch.done < len(stretch.ticks):
            simulation.adapt(time.perf_counter() - begun)
        progress(stretch.done)


def _do_by_hand(simulation: Simulation, stretch: Stretch, learning: bool) -> None:
    """Do what comes next with a copy to go back to, as an overflow could not be excluded."""
    position, phase = stretch.position, int(stretch.position[loops.PHASE])
    if phase == loops.SHOW:
        for name, values in stretch.values(simulation, simulation.inputs).items():
            simulation.hold(name, values, False)
    elif phase == loops.TEACH:
        for name, values in stretch.values(simulation, simulation.outputs).items():
            simulation.hold(name, values, True)
    elif phase == loops.RELEASE:
        simulation.let_go_of_outputs()
    else:
        recorder = simulation.recorder
        simulation.guard.attempt_with_copy(engine.advance, 1, 1, learning)
        position[loops.MADE] += 1
        if recorder.is_on:
            with recorder.lock:
                recorder.drain()
                engine.record(*simulation.lowered.arguments, *recorder.tape())
        return
    position[loops.PHASE] += 1


def refuse_replicas(simulation: Simulation, owner: str, sizes: Integers) -> None:
    """Refuse other numbers of replicas than those in use, where nodes in between are clamped."""
    ends = {*simulation.inputs, *simulation.outputs}
    between = [name for name in simulation.clamped if name not in ends]
    others = sizes[sizes != simulation.rows]
    if between and len(others):
        raise ProtocolError(
            f"{owner}: {int(others[0])} replicas, but {between} are clamped to {simulation.rows}; "
            "release them"
        )


def refuse_ticks(owner: str, ticks: int) -> None:
    """Refuse a teacher that stays for no time."""
    if ticks < 1:
        raise ArgumentError(f"{owner}: in a stream ticks must be at least 1, not {ticks}")
