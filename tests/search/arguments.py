"""Arguments as Python reads them: sensible ones, and others of the same kind that are not.

Each kind has a pool of what may be given in its place. What is marked there cannot be meant, so
that an error has to come; of the rest, which may be meant, only what all simulators must is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["Argument", "call", "spoil"]


@dataclass(frozen=True)
class Argument:
    """What is given, and what kind of thing it is: a key of `POOLS`.

    Attributes
    ----------
    shape : tuple of int
        Of an array.
    refused : bool
        Whether it cannot be meant.
    """

    text: str
    kind: str
    shape: tuple[int, ...] = ()
    refused: bool = False


#: What may be given in place of anything.
ANYTHING = (
    "None", "True", "False", "-1", "1.5", "1j", "''", "'input'", "'no such'", "b'input'", "'ä\\0'",
    "[]", "{}", "()", "set()", "object()", "lambda: 0", "Ellipsis", "slice(2)", "range(3)",
    "iter([1, 2])", "np.float32(1)", "np.int8(3)", "np.bool_(True)", "np.str_('input')", "np",
    "np.array(1.5)", "np.array('a')", "np.array([])", "np.zeros((0, 3))", "np.zeros((3, 0))",
    "[[1, 2], [3]]", "[1, 'x']", "[None]", "np.array([1, None])", "np.datetime64('2020')",
    "np.ma.masked", "Fraction(1, 3)", "slice", "nan", "inf", "-inf", "np.float64(nan)", "net",
    "sim", "model", "bp", "np.random.default_rng(0)", "np.zeros((2, 2, 2))",
)  # fmt: skip

# Large numbers are left out where they would be taken, and take for ever.
_COUNTS = (
    "0", "-1", "1.0", "2.5", "nan", "'3'", "None", "True", "np.float64(2)", "np.int8(3)",
    "np.array(2)", "np.array([2])", "np.uint64(1)", "-2**63", "[]", "1j", "Fraction(2, 1)",
    "np.bool_(1)", "np.timedelta64(3)",
)  # fmt: skip
_LARGE = ("10**30", "2**63", "2**64", "np.uint64(2**64 - 1)", "-10**30")
_REALS = (
    "0", "0.0", "-0.0", "-1.0", "nan", "inf", "1e308", "5e-324", "'1'", "None", "True", "1j", "[]",
    "10**400", "np.float32(0.5)", "np.array(0.5)", "np.array([0.5])", "Fraction(1, 3)", "1",
    "np.float16(0.5)", "np.longdouble(0.5)", "np.bool_(1)",
)  # fmt: skip

#: What may be given in place of each kind.
POOLS: dict[str, Sequence[str]] = {
    "population": (
        "''", "'no such'", "'bias'", "'input'", "'output'", "'a'", "'p1'", "'p2'", "b'input'",
        "np.str_('input')", "('input',)", "['input']", "None", "0", "'input->a'", "'INPUT'",
    ),
    "nodes": (
        "[]", "[0, 0]", "[-1]", "[10**9]", "[2**63]", "[2**64]", "[1.0]", "['0']", "[None]",
        "[True]", "np.array(0)", "np.array([0])", "np.array([[0]])", "np.array([0.0])", "'0'", "0",
        "slice(1)", "range(1)", "{0}", "iter([0])", "[np.int8(0)]", "np.array([], int)", "(0,)",
        "np.array([nan])", "[[0]]", "np.array([True])", "np.array([0], np.uint8)", "{0: 1}",
        "np.ma.masked_equal([0, 1], 1)", "None",
    ),
    "count": _COUNTS,
    "ticks": (*_COUNTS, *_LARGE, "10**12 + 1"),
    "seed": (*_COUNTS, *_LARGE),
    "index": (*_COUNTS, *_LARGE, "10**9", "0", "1"),
    "real": _REALS,
    "flag": ("0", "1", "'True'", "None", "np.bool_(False)", "[]", "nan", "np.array(True)", "True"),
    "word": ("''", "'x'", "'X'", "'mu'", "'theta'", "None", "3", "b'x'", "['x']", "np.str_('x')"),
    "mapping": (
        "{}", "None", "[]", "[('a->b', 1)]", "{'no such': 1}", "{3: [[1.0]]}", "{None: None}",
        "'a->b'", "np.zeros((2, 2))", "{'input': None}", "dict.fromkeys(net.populations)",
        "dict.fromkeys(net.projections, nan)",
    ),
    "names": (
        "[]", "''", "['no such']", "None", "3", "[3]", "['input', 'input']", "'input'", "{'input'}",
        "np.array(['input'])", "('output',)", "[None]", "iter(['output'])", "['output']",
    ),
    "function": ("None", "3", "'x'", "print", "lambda done, total: None", "np.hypot", "[]"),
    "other": (),
}  # fmt: skip

#: Arrays of the shape that is wanted, with something in them that no number can be made of.
_SPOILED_ARRAYS = (
    "spoiled({0}, nan)", "spoiled({0}, inf)", "spoiled({0}, -inf)", "spoiled({0}, nan).tolist()",
    "np.ma.masked_equal(spoiled({0}, 7.0), 7.0)", "spoiled({0}.astype(object), None)",
    "spoiled({0}.astype(object), 'x')", "({0} + 1j)", "{0}.astype(str)",
    "spoiled({0}, nan).astype('float16')", "{0}.view('datetime64[s]')", "{0}.astype('S8')",
    "spoiled({0}.astype('longdouble'), np.longdouble('1e4000'))",
)  # fmt: skip
#: Others that may be meant.
_ODD_ARRAYS = (
    "{0}.tolist()", "{0}.astype('float16')", "{0}.astype('>f8')", "np.asfortranarray({0})",
    "{0}[::-1]", "{0}.T", "{0}[None]", "{0}[..., :-1]", "{0}[:-1]", "{0}[:0]", "{0}[..., :0]",
    "{0}.ravel()", "{0}[0]", "{0} > 0", "{0}.astype('int8')", "{0}.astype('longdouble')",
    "np.concatenate([{0}] * 30)", "np.concatenate([{0}] * 2, axis=-1)", "{0} * 1e-320",
    "{0} * 1e150", "{0} * 1e200", "{0} * 1e30", "{0} * 0.0", "-{0} * 0.0", "{0}.astype(object)",
    "(10.0**6 * {0}).astype('int64')", "np.broadcast_to({0}[:1], {0}.shape)", "memoryview({0})",
    "np.full({0}.shape, 2**63, np.uint64)", "map(list, {0})", "tuple(map(tuple, {0}))",
    "np.matrix({0}.reshape(1, -1))", "np.ma.masked_array({0})", "np.array({0}.tolist(), object)",
    "[None if i else 0.5 for i in range({0}.size)]", "{0}[0, 0]",
)  # fmt: skip


def spoil(generator: np.random.Generator, argument: Argument) -> Argument:
    """Something else in place of an argument."""
    if generator.integers(6) == 0 and argument.kind not in ("count", "seed", "ticks"):
        return Argument(str(generator.choice(ANYTHING)), argument.kind)
    if argument.kind == "array":
        if generator.integers(2):
            text = str(generator.choice(_SPOILED_ARRAYS)).format(argument.text)
            return Argument(text, "array", argument.shape, refused=True)
        text = str(generator.choice(_ODD_ARRAYS)).format(argument.text)
        return Argument(text, "array", argument.shape)
    pool = POOLS[argument.kind] or ANYTHING
    return Argument(str(generator.choice(pool)), argument.kind)


def call(
    generator: np.random.Generator,
    name: str,
    positional: Sequence[Argument] = (),
    named: dict[str, Argument] | None = None,
    *,
    hostile: float = 0.2,
) -> tuple[str, bool, bool]:
    """A call as Python reads it; whether it has to be refused, and whether it is miscounted."""
    given, words = list(positional), dict(named or {})
    miscounted = False
    if generator.random() < hostile:
        choice, places = int(generator.integers(20)), len(given) + len(words)
        if choice == 0:
            words["no_such"], miscounted = Argument("1", "other"), True
        elif choice == 1 and given:
            given.pop()
            # Nothing else may be wrong with it, but it may still be a call.
            miscounted = True
        elif choice == 2:
            given += [Argument("1", "other")] * 6
            miscounted = True
        elif places:
            place = int(generator.integers(places))
            if place < len(given):
                given[place] = spoil(generator, given[place])
            else:
                word = list(words)[place - len(given)]
                words[word] = spoil(generator, words[word])
    refused = any(each.refused for each in (*given, *words.values()))
    texts = [each.text for each in given] + [f"{k}={v.text}" for k, v in words.items()]
    return f"{name}({', '.join(texts)})", refused, miscounted
