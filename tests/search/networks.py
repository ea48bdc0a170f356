"""Networks that are drawn, as lines of Python that make ``net``."""

from __future__ import annotations

import numpy as np
from oracles import networks as known

__all__ = ["draw_network"]

ACTIVATIONS = ("identity", "sigmoid", "tanh", "relu", "leaky_relu", "softplus")


def draw_network(generator: np.random.Generator) -> tuple[str, ...]:
    """One of the kinds below, or one that the tests know."""
    kind = generator.integers(12)
    if kind < 3:
        return _layered(generator)
    if kind == 3:
        return (f"net = networks.{generator.choice(known.NETWORKS).__name__}()",)
    if kind == 4:
        return _recurrent(generator)
    if kind == 5:
        return _convolutional(generator)
    return _tangled(generator)


def pick(generator: np.random.Generator, *choices: object) -> str:
    """One of some choices, as text."""
    return str(choices[generator.integers(len(choices))])


def activation(generator: np.random.Generator) -> str:
    """The name of an activation, or one of one's own."""
    if generator.integers(12) == 0:
        return "HALF"
    return repr(str(generator.choice(ACTIVATIONS)))


def size(generator: np.random.Generator) -> int:
    """Mostly a few nodes, sometimes many."""
    if generator.integers(25) == 0:
        return int(generator.integers(65, 150))
    return int(generator.integers(1, 8))


def _layered(generator: np.random.Generator) -> tuple[str, ...]:
    sizes = [size(generator) for _ in range(generator.integers(2, 7))]
    return (
        f"net = ns.Network.layered({sizes}, activation={activation(generator)}, "
        f"bias={bool(generator.integers(2))}, seed={generator.integers(100)})",
    )


def _recurrent(generator: np.random.Generator) -> tuple[str, ...]:
    a, b, c, steps = generator.integers(1, 5, 4).tolist()
    return (
        f"net = ns.Network.recurrent({a}, {b}, {c}, steps={steps}, "
        f"every_output={bool(generator.integers(2))}, activation={activation(generator)}, "
        f"bias={bool(generator.integers(2))}, seed={generator.integers(100)})",
    )


def _convolutional(generator: np.random.Generator) -> tuple[str, ...]:
    length, channels = generator.integers(4, 8), generator.integers(1, 3)
    padding, stride = generator.integers(2), generator.integers(1, 3)
    lines = [
        f"rule = connectors.Convolution({length}, 3, out_channels={channels}, padding={padding}, "
        f"stride={stride})",
        f"net = ns.Network(seed={generator.integers(100)})",
        f"net.add_population('input', rule.pre_size, {activation(generator)})",
        f"net.add_population('a', rule.post_size, {activation(generator)})",
        "net.connect('input', 'a', rule=rule)",
        f"net.add_population('output', {generator.integers(1, 4)})",
    ]
    if generator.integers(2):
        lines += [
            f"pool = connectors.AveragePooling(rule.result_size, 2, channels={channels})",
            "net.add_population('b', pool.post_size, 'tanh')",
            "net.connect('a', 'b', rule=pool)",
            "net.connect('b', 'output')",
        ]
    else:
        lines.append("net.connect('a', 'output')")
    return tuple(lines)


def _tangled(generator: np.random.Generator) -> tuple[str, ...]:
    """Populations in an order that their names do not tell, each predicted by some before it."""
    count = int(generator.integers(3, 8))
    names = [f"p{n}" for n in generator.permutation(count)]
    sizes = {name: size(generator) for name in names}
    lines = [f"net = ns.Network(seed={generator.integers(100)})"]
    for name in sorted(names):
        output = ", output=True" if generator.integers(7) == 0 else ""
        lines.append(
            f"net.add_population({name!r}, {sizes[name]}, {activation(generator)}{output})"
        )
    first = int(generator.integers(1, 1 + count // 2))
    lent: dict[tuple[int, int], str] = {}
    predicting = set()
    for j in range(first, count):
        near = {names[int(i)] for i in generator.integers(max(0, j - 3), j, 2)}
        if j == count - 1:
            # Nothing may be left that leads nowhere, but what is an output then.
            near |= {name for name in names[:first] if name not in predicting}
        for pre in sorted(near):
            predicting.add(pre)
            lines += _connection(generator, pre, names[j], sizes, lent)
    if generator.integers(3) == 0:
        targets = [n for n in names[first:] if generator.integers(2)] or [names[-1]]
        lines.append(f"net.add_bias('bias', {targets})")
    return tuple(lines)


def _connection(
    generator: np.random.Generator,
    pre: str,
    post: str,
    sizes: dict[str, int],
    lent: dict[tuple[int, int], str],
) -> list[str]:
    """Lines that connect two populations in some way."""
    shape = sizes[pre], sizes[post]
    ends = f"net.connect({pre!r}, {post!r}"
    feedback = pick(generator, "", "", ", feedback='plastic'", ", feedback='fixed'")
    plastic = ", plastic=False" if generator.integers(8) == 0 else ""
    kind = generator.integers(12)
    if kind == 0 and shape in lent:
        return [f"{ends}, weights={lent[shape]})"]
    if kind == 1:
        rule = f", rule=connectors.FixedProbability({generator.uniform(0.3, 1):.2f})"
    elif kind == 2:
        rule = f", rule=connectors.FixedInDegree({generator.integers(1, shape[0] + 1)})"
    elif kind == 3 and shape[0] == shape[1]:
        rule = ", rule=connectors.OneToOne()"
    elif kind == 4:
        chosen = generator.permutation(shape[0] * shape[1])[: max(shape)]
        pairs = [(int(n) // shape[1], int(n) % shape[1]) for n in chosen]
        rule = f", rule=connectors.Pairs({pairs})"
    elif kind == 5:
        rule = f", mask=numbers({generator.integers(100)}, {shape[0]}, {shape[1]}) > -0.5"
    elif kind == 6:
        rule = f", weights=initializers.{_initializer(generator)}"
    elif kind == 7:
        rule = f", weights=numbers({generator.integers(100)}, {shape[0]}, {shape[1]})"
    else:
        name = f"lender{len(lent)}"
        lent[shape] = name
        return [f"{name} = {ends}{feedback}{plastic})"]
    return [f"{ends}{rule}{feedback}{plastic})"]


def _initializer(generator: np.random.Generator) -> str:
    return pick(
        generator, "Constant(0.25)", "Normal(0.5)", "Uniform(-1, 0.5)", "XavierUniform(2.0)"
    )
