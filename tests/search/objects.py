"""Lines that set what users hold, and that make objects out of whatever is given to them.

What is set either acts or raises. What may be set is listed here, with what it does.
"""

from __future__ import annotations

from .arguments import ANYTHING, POOLS, Argument, call
from .program import Line
from .situation import Situation

__all__ = ["ACTING", "assign", "make"]

#: What may be set. A simulator that was set so has to equal one that was made so ("set afterwards"
#: is a twin), and weights of handles show in the weights of the simulator.
ACTING = frozenset(
    {
        "Simulator.learning_rate", "Simulator.gamma", "BP.learning_rate", "Synapse.theta",
        "FeedbackSynapse.theta", "Simulator.bound", "BP.bound",
    }
)  # fmt: skip

_HOLDERS = (
    "sim", "sim", "sim", "bp", "bp", "net", "model", "net.populations[{p!r}]",
    "net.projections[{q!r}]", "sim.value_node({p!r}, 0)", "sim.error_node({p!r}, 0)",
    "sim.wiring", "sim.network", "connectors.OneToOne()", "initializers.Constant(1.0)", "HALF",
    "sim.operations", "net.projections[{q!r}].pattern", "sim.recorder", "net.populations",
    "sim.synapse({pre!r}, {i}, {post!r}, {j})", "sim.synapse({pre!r}, {i}, {post!r}, {j}).feedback",
)  # fmt: skip
_UNKNOWN = ("no_such", "weight", "learning_rates", "alpha", "wieghts", "thread", "T", "teta")
_VALUES = (*ANYTHING, *POOLS["real"], "0.02", "20", "2", "'float32'", "models.ZIL()")

#: Arrays that a description has; written to, or said to be read-only.
_ARRAYS = (
    "net.projections[{q!r}].pattern.post[0] = 10**7", "net.projections[{q!r}].pattern.pre[:] = -1",
    "sim.wiring.projections[{q!r}].pattern.post[0] = 10**7",
    "sim.network.projections[{q!r}].pattern.weight[0] = 10**7",
    "net.populations['q'] = net.populations[{p!r}]", "del net.projections[{q!r}]",
    "del sim.batch_size", "del sim.simulation", "del net.seed", "del model.gamma",
    "sim.wiring.populations.clear()", "net.projections.popitem()",
)  # fmt: skip


def assign(here: Situation) -> Line:
    """A line that sets something."""
    net = here.namespace["net"]
    pre, i, post, j = (argument.text for argument in here.synapse())
    words = {
        "p": here.one(*net.populations),
        "q": here.one(*net.projections),
        "pre": pre.strip("'"),
        "i": i,
        "post": post.strip("'"),
        "j": j,
    }
    if here.below(5) == 0:
        return Line(here.one(*_ARRAYS).format(**words), "assign", assigns="array")
    holders = [*_HOLDERS, *here.monitors() * 2, *here.handles()]
    holder = here.one(*holders).format(**words)
    try:
        held = eval(holder, dict(here.namespace))
        known = [a for a in dir(held) if not a.startswith("_")]
    except Exception:
        # That there is none is seen when the line is run.
        known = ["size"]
    name = here.one(*_UNKNOWN) if here.below(4) == 0 or not known else here.one(*known)
    value = here.one(*_VALUES) if here.below(3) else f"{holder}.{name}"
    return Line(f"{holder}.{name} = {value}", "assign", assigns=name)


#: What is made, with what it is made of.
_MADE: tuple[tuple[str, tuple[Argument, ...], dict[str, Argument]], ...] = (
    (
        "ns.Simulator",
        (Argument("net", "other"), Argument("model", "other")),
        {
            "batch_size": Argument("2", "index"),
            "dtype": Argument("'float32'", "word"),
            "error_form": Argument("'direct'", "word"),
            "rest_after_update": Argument("True", "flag"),
            "event_driven": Argument("False", "flag"),
            "threads": Argument("1", "index"),
            "relays": Argument("True", "flag"),
        },
    ),
    (
        "models.BP",
        (Argument("net", "other"),),
        {
            "learning_rate": Argument("0.1", "real"),
            "batch_size": Argument("2", "index"),
            "batch_reduction": Argument("'mean'", "word"),
            "arithmetic": Argument("'blas'", "word"),
            "dtype": Argument("'float32'", "word"),
        },
    ),
    *(
        (
            f"models.{kind}",
            (),
            {
                "learning_rate": Argument("0.1", "real"),
                "gamma": Argument("0.5", "real"),
                "batch_reduction": Argument("'mean'", "word"),
                "t_d": Argument("3", "ticks"),
                "zero_threshold": Argument("0.0", "real"),
                "feedback_gate": Argument("True", "flag"),
            },
        )
        for kind in ("ZIL", "FaZIL", "IL", "IncrementalPC")
    ),
    ("models.IL", (), {"t_c": Argument("3", "ticks")}),
    ("models.IncrementalPC", (), {"presentation": Argument("3", "ticks")}),
    ("ns.Network", (), {"seed": Argument("3", "seed")}),
    (
        "ns.Network.layered",
        (Argument("[2, 3, 1]", "nodes"),),
        {
            "activation": Argument("'tanh'", "word"),
            "input_activation": Argument("'tanh'", "word"),
            "bias": Argument("True", "flag"),
            "weights": Argument("initializers.Constant(1.0)", "other"),
            "seed": Argument("3", "seed"),
        },
    ),
    (
        "ns.Network.recurrent",
        tuple(Argument(n, "count") for n in "232"),
        {"steps": Argument("2", "count"), "every_output": Argument("True", "flag"),
         "activation": Argument("'tanh'", "word"), "bias": Argument("True", "flag")},
    ),
    ("ns.Network.from_networkx", (Argument("net.to_networkx()", "other"),),
     {"activation": Argument("'tanh'", "word"), "activations": Argument("[HALF]", "other"),
      "seed": Argument("3", "seed")}),
    ("connectors.FixedProbability", (Argument("0.5", "real"),), {}),
    ("connectors.FixedInDegree", (Argument("2", "index"),), {}),
    ("connectors.Pairs", (Argument("[(0, 0)]", "nodes"),), {}),
    ("connectors.Convolution", (Argument("6", "count"), Argument("3", "count")),
     {"in_channels": Argument("1", "count"), "out_channels": Argument("2", "count"),
      "stride": Argument("1", "count"), "padding": Argument("1", "count")}),
    ("connectors.AveragePooling", (Argument("6", "count"), Argument("2", "count")),
     {"channels": Argument("1", "count")}),
    ("initializers.Uniform", (Argument("-1", "real"), Argument("1", "real")), {}),
    ("initializers.Normal", (Argument("1.0", "real"),), {}),
    ("initializers.XavierUniform", (Argument("1.0", "real"),), {}),
    ("initializers.Constant", (Argument("1.0", "real"),), {}),
    ("ns.Activation", (Argument("'own'", "word"), Argument("abs", "function"),
                       Argument("abs", "function")), {}),
    ("net.find", (Argument("'input[0]'", "word"),), {}),
    ("ns.plots.raster", (Argument("ns.SpikeMonitor(copy.deepcopy(sim))", "other"),), {}),
)  # fmt: skip

#: Descriptions of one's own that no network can be made of.
_UNMAKABLE = (
    "running(rule=OutOfRange())", "running(rule=OutOfRange(-1))", "running(weights=Undrawn(1.0))",
    "running(weights=Undrawn(None))", "running(weights=Undrawn(np.ones(4)))",
    "running(weights=Undrawn(np.ones((1, 4))))", "running(weights=Wavering(nan))",
    "running(weights=Wavering(1e39), dtype='float32')", "running(weights=Undrawn('x'))",
    "running(weights=Wavering(1j))", "running(rule=3)", "running(weights=Wavering(None))",
    "running(weights=spoiled(numbers(0, 3, 4), nan))", "running(weights=np.ones((3, 5)))",
)  # fmt: skip


def make(here: Situation) -> Line:
    """A line that makes an object, mostly of what cannot be meant."""
    if here.below(8) == 0:
        return Line(here.one(*_UNMAKABLE), "make", refused=True, idle=True)
    name, positional, named = here.one(*_MADE)
    kept = {word: value for word, value in named.items() if here.below(2)}
    text, refused, miscounted = call(here.generator, name, positional, kept, hostile=0.8)
    return Line(text, "make", refused=refused, miscounted=miscounted, idle=True)
