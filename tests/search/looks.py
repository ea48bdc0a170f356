"""Lines that only look: nothing that can be seen of a simulator changes by them."""

from __future__ import annotations

from .arguments import Argument, call
from .program import Line
from .situation import Situation

__all__ = ["look"]

#: What is looked at; a place for a population, and one for a projection.
_LOOKS = (
    "repr(sim)", "sim._repr_html_()", "sim.weights", "sim.feedback_weights", "sim.energy",
    "sim.residual", "sim.clock_driven_operations", "sim.wiring", "sim.network.summary()",
    "net.summary()", "net.levels", "net.depth", "net.inputs", "net.outputs", "repr(net)",
    "net._repr_html_()", "sim.model", "bp.weights", "repr(bp)", "dir(sim)", "hash(sim) and None",
    "[s.theta for s in sim.value_node({p!r}, 0).outgoing]",
    "sim.value_node({p!r}, 0).error_node",
    "[(s.theta, s.plastic, s.is_cut, s.pre, s.post, s.feedback.theta) for s in "
    "sim.error_node({p!r}, 0).incoming]",
    # What is given away is the user's own.
    "sim.weights[{w!r}].fill(nan)", "sim.state('x', {p!r}).fill(nan)",
    "sim.predict({x}).fill(nan)", "sim.weights.clear()", "bp.weights[{w!r}].fill(nan)",
    # Copies go on alone.
    "copy.deepcopy(sim).run(3)", "copy.copy(sim).t", "copy.deepcopy(sim).settle()",
    "copy.deepcopy(sim).fit({x}, {y})", "copy.deepcopy(sim).silence({p!r})",
    "pickle.loads(pickle.dumps(sim)).run(5)", "copy.deepcopy(bp).fit({x}, {y})",
    "[copy.deepcopy(sim).cut(s.pre.population, s.pre.index, s.post.population, s.post.index) "
    "for s in sim.value_node({p!r}, 0).outgoing[:1]]",
    # Others of the same network.
    "ns.Simulator(net, model, batch_size=2).weights", "ns.Network.from_networkx(net.to_networkx())",
    "models.BP(net).predict({x})",
)  # fmt: skip
_SLOW = ("sim.audit(samples=4)", "bp.audit(samples=4)")
_OF_MONITORS = (
    "{m}.t", "{m}.presentation", "repr({m})", "len({m})", "{m}.to_pandas()", "{m}.nbytes",
    "{m}.count", "{m}.i", "{m}.population", "{m}.num_spikes", "{m}.nodes", "{m}.x", "{m}.tick",
    "copy.deepcopy({m}).clear()", "{m}.t.fill(7)", "ns.plots.raster({m})",
)  # fmt: skip


def look(here: Situation, hostile: float = 0.2) -> Line:
    """One line that only looks."""
    if here.below(150) == 0:
        return Line(here.one(*_SLOW), "look", idle=True)
    choice, monitors = here.below(10), here.monitors()
    if choice == 0 and monitors:
        text = here.one(*_OF_MONITORS).format(m=here.one(*monitors))
        return Line(text, "look at monitors", idle=True, watches=True)
    name = here.one(*here.names(constant=True))
    replica = {"replica": Argument(str(here.below(here.rows)), "index")} if here.below(2) else {}
    if choice == 1:
        text, _, miscounted = call(
            here.generator, "sim.to_networkx", [], replica, hostile=2 * hostile
        )
        return Line(text, "to_networkx", idle=True, miscounted=miscounted)
    if choice == 2 and here.below(4) == 0:
        variable = Argument(repr(here.one("x", "mu", "epsilon", "phi")), "word")
        text, _, miscounted = call(
            here.generator, "sim.draw", [variable], replica, hostile=2 * hostile
        )
        return Line(text, "draw", idle=True, miscounted=miscounted)
    if choice in (3, 4):
        arguments = [Argument(repr(here.one("x", "mu", "epsilon", "phi")), "word"),
                     Argument(repr(name), "population")]  # fmt: skip
        text, _, miscounted = call(here.generator, "sim.state", arguments, hostile=2 * hostile)
        return Line(text, "state", idle=True, miscounted=miscounted)
    wiring = here.sim.wiring
    text = here.one(*_LOOKS).format(
        p=name,
        w=here.one(*sorted(here.sim.weights)),
        x=here.samples(wiring.inputs, 2).text,
        y=here.samples(wiring.outputs, 2).text,
    )
    return Line(text, "look", idle=True)
