"""Lines that do something: each public verb of simulators, of BP and of networks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from neurosim.description.path_lengths import sweep_needs

from .arguments import Argument, call, spoil
from .program import Line
from .situation import Situation

__all__ = ["fit_both", "quiet_stretch", "verb"]

A = Argument


def _line(
    here: Situation,
    name: str,
    positional: Sequence[Argument],
    hostile: float,
    **named: Argument | None,
) -> Line:
    """A call of a verb of ``sim``, some of the arguments that have names left out."""
    kept = {k: v for k, v in named.items() if v is not None}
    text, refused, miscounted = call(here.generator, name, positional, kept, hostile=hostile)
    return Line(text, name.rpartition(".")[2], refused=refused, miscounted=miscounted)


def _maybe(here: Situation, argument: Argument) -> Argument | None:
    return argument if here.below(2) else None


def _some_nodes(here: Situation, name: str) -> tuple[Argument | None, int]:
    """Nodes, or None for all, and how many they are."""
    if here.below(2):
        return None, here.width(name)
    chosen = here.nodes(name)
    return A(str(chosen), "nodes"), len(chosen)


def clamp(here: Situation, hostile: float) -> Line:
    name = here.one(*here.sim.wiring.inputs, *here.sim.wiring.outputs, *here.names())
    nodes, count = _some_nodes(here, name) if here.below(3) == 0 else (None, here.width(name))
    rows = here.rows if here.sim.simulation.clamped else 1 + here.below(here.sim.batch_size)
    arguments = [A(repr(name), "population"), here.array(rows, count)]
    return _line(here, "sim.clamp", arguments, hostile, nodes=nodes)


def release(here: Situation, hostile: float) -> Line:
    clamped = here.sim.simulation.clamped
    name = here.one(*sorted(clamped), *(["input"] if not clamped else []))
    held = sorted(clamped.get(name, {0}))
    nodes = None if here.below(3) else A(str(held[: 1 + here.below(len(held))]), "nodes")
    return _line(here, "sim.release", [A(repr(name), "population")], hostile, nodes=nodes)


def settle(here: Situation, hostile: float) -> Line:
    if here.below(4):
        noise = A(here.one("0.01", "0.5", "3", "1e4"), "real") if here.below(4) == 0 else None
        seed = A(here.one("0", "7", "2**70"), "count") if noise and here.below(2) else None
        return _line(here, "sim.settle", [], hostile, noise=noise, seed=seed)
    return _line(
        here, "sim.settle", [A("'inference'", "word")], hostile,
        gamma=_maybe(here, A(here.one("0.1", "0.05", "1.0", "0.5", "8"), "real")),
        tolerance=_maybe(here, A(here.one("0.0", "1e-6", "0.001", "0.1"), "real")),
        max_ticks=A(here.one("1", "5", "60", "300"), "count"),
    )  # fmt: skip


def run(here: Situation, hostile: float) -> Line:
    learning = _maybe(here, A(here.one("True", "True", "False"), "flag"))
    if here.below(4) == 0:
        return _line(here, "sim.step", [], hostile, learning=learning)
    ticks = here.below(9) if here.below(12) else 1 + here.below(700)
    return _line(here, "sim.run", [A(str(ticks), "ticks")], hostile, learning=learning)


def present(here: Situation, hostile: float) -> Line:
    rows, wiring = 1 + here.below(here.sim.batch_size), here.sim.wiring
    pair = [here.samples(wiring.inputs, rows), here.samples(wiring.outputs, rows)]
    return _line(
        here, "sim.present", pair, hostile, ticks=_maybe(here, A(str(here.below(9)), "ticks"))
    )


def fit(here: Situation, hostile: float, learner: str = "sim") -> Line:
    count, wiring = 1 + here.below(3 * here.sim.batch_size), here.sim.wiring
    pair = [here.samples(wiring.inputs, count), here.samples(wiring.outputs, count)]
    named = {
        "epochs": _maybe(here, A(str(1 + here.below(3)), "count")),
        "shuffle": _maybe(here, A(here.one("True", "False"), "flag")),
        "seed": _maybe(here, A(str(here.below(50)), "seed")),
        "progress": None if here.below(5) else A("lambda done, total: None", "function"),
    }
    if learner == "sim" and here.below(3) == 0:
        named["ticks"] = A(str(here.below(9)), "ticks")
    if learner == "sim" and here.below(3) == 0:
        named["protocol"] = A(here.one("'stream'", "'stream'", "'settled'"), "word")
    elif learner == "sim" and here.below(4) == 0:
        named["settle_noise"] = A(here.one("0.01", "0.5", "3"), "real")
    return _line(here, f"{learner}.fit", pair, hostile, **named)


def stream(here: Situation, hostile: float) -> Line:
    """A world of presentations, of events, or a movie."""
    learning = _maybe(here, A(here.one("True", "True", "False"), "flag"))
    progress = None if here.below(5) else A("lambda done, total: None", "function")
    if here.below(2):
        source, verb = _presentations(here, hostile), "stream"
    elif here.below(4):
        # What comes before one that is refused has happened.
        source, verb = _events(here, hostile), "stream of events"
    else:
        name = here.one(*here.sim.wiring.inputs)
        movie = here.array(1 + here.below(4), here.rows, here.width(name))
        given = {"ticks_each": A(str(1 + here.below(6)), "count"),
                 "population": A(repr(name), "population")}  # fmt: skip
        text, refused, miscounted = call(
            here.generator, "ns.world.frames", [movie], given, hostile=hostile
        )
        source, verb = A(text, "other", refused=refused or miscounted), "stream of events"
    line = _line(here, "sim.stream", [source], hostile / 3, learning=learning, progress=progress)
    return replace(line, verb=verb)


def _presentations(here: Situation, hostile: float) -> Argument:
    """Samples for all inputs, mostly with targets, each for some ticks."""
    count, wiring = 1 + here.below(2 * here.sim.batch_size), here.sim.wiring
    given = [here.samples(wiring.inputs, count)]
    if here.below(4):
        given.append(here.samples(wiring.outputs, count))

    def ticks(most: int) -> Argument | None:
        first = here.below(most)
        return here.one(None, A(str(first), "ticks"), A(str((first, first + 3)), "other"))

    named = {
        "shown": ticks(12),
        "pause": ticks(5),
        "jitter": _maybe(here, A(str(here.below(4)), "ticks")),
        "again": _maybe(here, A("0.4", "real")),
        "seed": _maybe(here, A(str(here.below(9)), "seed")),
    }
    if len(given) == 2:
        named["taught"] = here.one(None, A(str(1 + here.below(9)), "ticks"))
        named["missing"] = _maybe(here, A("0.4", "real"))
    kept = {word: argument for word, argument in named.items() if argument is not None}
    text, refused, miscounted = call(
        here.generator, "ns.world.presentations", given, kept, hostile=hostile
    )
    # A call that Python refuses is none of `stream`.
    return A(text, "other", refused=refused and not miscounted)


def _events(here: Situation, hostile: float) -> Argument:
    """What clamps, releases and waits, in any order."""
    wiring, texts, refused = here.sim.wiring, [], False
    held = set(here.sim.simulation.clamped)
    for _ in range(1 + here.below(7)):
        after = here.below(9)
        kind = here.below(6)
        if kind == 0:
            texts.append(str(here.below(20)))
            continue
        if kind == 1 and held:
            name = here.one(*sorted(held))
            held.discard(name)
            texts.append(f"({after}, {name!r}, None)")
            continue
        name = here.one(*wiring.inputs, *wiring.inputs, *wiring.outputs, *here.names())
        nodes, count = _some_nodes(here, name) if here.below(4) == 0 else (None, here.width(name))
        values = here.array(here.rows, count)
        if here.generator.random() < hostile / 3:
            values = spoil(here.generator, values)
            refused = refused or values.refused
        held.add(name)
        if nodes is None and here.below(2):
            texts.append(f"({after}, {name!r}, {values.text})")
        else:
            which = f", nodes={nodes.text}" if nodes else ""
            texts.append(f"ns.world.Event({name!r}, {values.text}{which}, after={after})")
    return A(f"[{', '.join(texts)}]", "other", refused=refused)


def predict(here: Situation, hostile: float, learner: str = "sim") -> Line:
    given = here.samples(here.sim.wiring.inputs, 1 + here.below(2 * here.sim.batch_size))
    return _line(here, f"{learner}.predict", [given], hostile)


def lesion(here: Situation, hostile: float) -> Line:
    verb = here.one("cut", "mend", "silence", "restore")
    if verb in ("cut", "mend"):
        ends = here.synapse()
        if verb == "mend" and here.cuts and here.below(5):
            ends = here.one(*here.cuts)
        elif verb == "cut":
            here.cuts.append(ends)
        return _line(here, f"sim.{verb}", ends, hostile)
    name = here.one(*here.names(constant=True))
    nodes, _ = _some_nodes(here, name)
    if verb == "restore" and here.silenced and here.below(5):
        name, nodes = here.one(*here.silenced)
    elif verb == "silence":
        here.silenced.append((name, nodes))
    arguments = [A(repr(name), "population"), *([nodes] if nodes else [])]
    return _line(here, f"sim.{verb}", arguments, hostile)


def inject(here: Situation, hostile: float) -> Line:
    name = here.one(*here.names())
    nodes, count = _some_nodes(here, name)
    current = here.array(here.rows, count) if here.below(2) else here.array(1, count)
    arguments = [A(repr(name), "population"), current, A(str(1 + here.below(8)), "ticks")]
    return _line(here, "sim.inject", arguments, hostile, nodes=nodes)


def set_weights(here: Situation, hostile: float, learner: str = "sim") -> Line:
    back = learner == "sim" and here.below(4) == 0
    weights = here.sim.feedback_weights if back else here.sim.weights
    names = sorted(weights)
    chosen = [str(n) for n in here.generator.permutation(names)[: 1 + here.below(2)]]
    # The mapping may be spoiled, or the last of its arrays: nothing of the others is set then.
    arrays = {n: here.array(*weights[n].shape) for n in chosen}
    if arrays and here.generator.random() < hostile:
        arrays[chosen[-1]] = spoil(here.generator, arrays[chosen[-1]])
    inner = ", ".join(f"{n!r}: {a.text}" for n, a in arrays.items())
    given = A(f"{{{inner}}}", "mapping", refused=any(a.refused for a in arrays.values()))
    verb = "set_feedback_weights" if back else "set_weights"
    return _line(here, f"{learner}.{verb}", [given], hostile / 2)


def handle(here: Situation, hostile: float) -> Line:
    """Take a node or a synapse, or set the weight of one."""
    known = here.handles()
    if known and here.below(2):
        name = here.one(*known)
        if hasattr(here.namespace[name], "theta"):
            value = A(f"{here.generator.normal():.3f}", "real")
            if here.generator.random() < hostile:
                value = spoil(here.generator, value)
            end = here.one("", "", ".feedback")
            return Line(f"{name}{end}.theta = {value.text}", "theta")
        return Line(f"[{name}.{here.one('population', 'index', 'replica')}, {name}]", idle=True)
    kind = here.one("value_node", "error_node", "synapse", "synapse")
    if kind == "synapse":
        line = _line(here, "sim.synapse", here.synapse(), hostile)
    else:
        name = here.one(*here.names(constant=True))
        arguments = [A(repr(name), "population"), A(str(here.below(here.width(name))), "index")]
        replica = _maybe(here, A(str(here.below(here.rows)), "index"))
        line = _line(here, f"sim.{kind}", arguments, hostile, replica=replica)
    return Line(f"{here.new('h')} = {line.text}", kind, miscounted=line.miscounted, idle=True)


def monitor(here: Situation, hostile: float) -> Line:
    """Attach a monitor, or do something to one."""
    known = here.monitors()
    if known and (len(known) > 3 or here.below(2)):
        name = here.one(*known)
        verbs = [v for v in ("stop", "start", "remove") if hasattr(here.namespace[name], v)]
        return Line(f"{name}.{here.one('clear', *verbs)}()", "monitor", watches=True)
    populations = str([str(n) for n in here.generator.permutation(here.names())[:2]])
    chosen = _maybe(here, A(populations, "names"))
    if here.below(3) == 0:
        line = _line(here, "ns.SpikeMonitor", [A("sim", "other")], hostile, populations=chosen)
    else:
        variable = here.one("x", "mu", "epsilon", "phi", "theta", "feedback_theta")
        named = {"every": _maybe(here, A(str(1 + here.below(4)), "count"))}
        if variable.endswith("theta"):
            projections = sorted(here.sim.wiring.projections)
            named["projections"] = A(str([here.one(*projections)]), "names")
        else:
            named["populations"] = chosen
        arguments = [A("sim", "other"), A(repr(variable), "word")]
        line = _line(here, "ns.StateMonitor", arguments, hostile, **named)
    return Line(
        f"{here.new('m')} = {line.text}", "monitor", miscounted=line.miscounted, watches=True
    )


def describe(here: Situation, hostile: float) -> Line:
    """Add something to the network, of which simulators have their own description by now."""
    names = [repr(name) for name in here.namespace["net"].populations]
    if here.below(3) == 0:
        arguments = [A(repr(here.new("q")), "word"), A(str(1 + here.below(4)), "count"),
                     A("'tanh'", "word")]  # fmt: skip
        return _line(
            here, "net.add_population", arguments, hostile,
            output=_maybe(here, A("True", "flag")),
            labels=None if here.below(4) else A("[]", "names"),
        )  # fmt: skip
    if here.below(3) == 0:
        arguments = [A(repr(here.new("q")), "word"), A(f"[{here.one(*names)}]", "names")]
        return _line(here, "net.add_bias", arguments, hostile)
    pre, post = here.one(*names), here.one(*names)
    populations = here.namespace["net"].populations
    shape = [populations[n.strip("'\"")].size if n.strip("'\"") in populations else 1
             for n in (pre, post)]  # fmt: skip
    rule = here.one(
        "connectors.FixedProbability(0.5)", "connectors.FixedInDegree(2)", "OutOfRange()",
        "connectors.OneToOne()", "connectors.Pairs([(0, 0)])", "connectors.Pairs([(99, 0)])",
    )  # fmt: skip
    return _line(
        here, "net.connect", [A(pre, "population"), A(post, "population")], max(hostile, 0.4),
        rule=None if here.below(3) else A(rule, "other"),
        weights=None if here.below(3) else here.array(*shape),
        mask=None if here.below(5) else A("(numbers(1, 2, 2) > 0)", "array"),
        feedback=_maybe(here, A(here.one("'plastic'", "'fixed'"), "word")),
        plastic=_maybe(here, A("False", "flag")),
    )  # fmt: skip


#: What is drawn, with how often.
_VERBS: tuple[tuple[int, Callable[[Situation, float], Line]], ...] = (
    (14, clamp), (5, release), (8, settle), (16, run), (7, stream), (5, present), (5, fit),
    (4, predict),
    (12, lesion), (6, inject), (6, set_weights), (5, handle), (5, monitor), (2, describe),
    (1, partial(fit, learner="bp")), (1, partial(predict, learner="bp")),
    (1, partial(set_weights, learner="bp")),
)  # fmt: skip
_OFTEN = np.cumsum([often for often, _ in _VERBS])


def verb(here: Situation, hostile: float = 0.2) -> Line:
    """One line that does something."""
    chosen = int(np.searchsorted(_OFTEN, here.below(int(_OFTEN[-1])), "right"))
    return _VERBS[chosen][1](here, hostile)


def fit_both(here: Situation) -> Line:
    """A line that trains ``sim`` and ``bp`` on the same samples."""
    line = fit(here, 0.0, "bp")
    if _is_exact_in_a_stream(here) and here.below(3):
        given = line.text.removeprefix("bp").removesuffix(")")
        return Line(f"sim{given}, protocol='stream'); {line.text}", "fit")
    return Line(f"for learner in (sim, bp): learner{line.text.removeprefix('bp')}", "fit")


def _is_exact_in_a_stream(here: Situation) -> bool:
    """Whether onsets reach all that errors do, and nodes rest, so that t_d may be any.

    Nor does a node that is silent in one replica then hear what others have learned.
    """
    sim = here.sim
    rests = sim.rest_after_update is not False
    return sim.model.sweep and rests and not sweep_needs(sim.wiring).unreached


def quiet_stretch(here: Situation) -> Line:
    """A stretch so long that only skipping it ends, where nothing but inputs is held."""
    held = [name for name in here.sim.simulation.clamped if name not in here.sim.wiring.inputs]
    lines = [f"sim.release({name!r})" for name in sorted(held)]
    ticks = here.one(10**7, 10**9, 10**11, 10**12, 7 * 10**10 + 1)
    return Line("; ".join([*lines, "sim.settle()", f"sim.run({ticks})"]), "run")
