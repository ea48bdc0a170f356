"""Synapses bundled into projections, lenders of weights and borrowers included."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, cast

import numpy as np

from neurosim import checks
from neurosim.description.connector import Draws
from neurosim.description.network import Description
from neurosim.description.pattern import Pattern
from neurosim.description.projection import FEEDBACK
from neurosim.errors import ArgumentError
from neurosim.graphs.edges import Reals, Synapses
from neurosim.graphs.neurons import OWNER, Integers

__all__ = ["connect"]


@dataclass(frozen=True)
class Given:
    """The rule that a pattern already says."""

    given: Pattern

    def pattern(self, owner: str, shape: tuple[int, int], draws: Draws) -> Pattern | None:
        return self.given


@dataclass
class Bundle:
    """The synapses of one projection: a slice of all."""

    pre: str
    post: str
    shape: tuple[int, int]
    synapses: slice
    pairs: tuple[Integers, Integers]
    # Whose weights, if they are used more than once: the name, and how many there are.
    lender: str | None = None
    weight_count: int = 0
    dense: bool = False

    @property
    def name(self) -> str:
        return f"{self.pre}->{self.post}"

    @property
    def borrows(self) -> bool:
        return self.lender not in (None, self.name)

    def is_whole(self, number: Integers) -> bool:
        """Whether each pair is connected, by the weight that its place would have."""
        count = self.shape[0] * self.shape[1]
        if self.synapses.stop - self.synapses.start < count:
            return False
        return self.lender is None or bool(np.array_equal(number[self.synapses], np.arange(count)))


def _bundles(
    network: Description, groups: Mapping[str, Integers], synapses: Synapses
) -> tuple[list[Bundle], Synapses]:
    """All projections, and the synapses in their order."""
    names = list(groups)
    home = np.zeros(len(synapses.labels), np.int64)
    place = np.zeros(len(synapses.labels), np.int64)
    for g, members in enumerate(groups.values()):
        home[members], place[members] = g, np.arange(len(members))
    keys = home[synapses.pre] * len(names) + home[synapses.post]
    order = np.lexsort((place[synapses.post], place[synapses.pre], keys))
    synapses = synapses.ordered(order)
    twice = np.flatnonzero((np.diff(synapses.pre) == 0) & (np.diff(synapses.post) == 0))
    if len(twice):
        raise ArgumentError(f"{synapses.owner(int(twice[0]))}: is there twice")
    bounds = np.flatnonzero(np.diff(keys[order], prepend=-1, append=-1))
    first, second = place[synapses.pre], place[synapses.post]
    bundles = []
    for begin, end in pairwise(bounds.tolist()):
        pre, post = names[home[synapses.pre[begin]]], names[home[synapses.post[begin]]]
        if pre == post:
            raise ArgumentError(f"{synapses.owner(begin)}: both nodes are of population {pre!r}")
        chosen = slice(begin, end)
        shape = network.populations[pre].size, network.populations[post].size
        shares = synapses.shares[begin]
        lender = None if shares < 0 else synapses.lenders[shares]
        bundles.append(Bundle(pre, post, shape, chosen, (first[chosen], second[chosen]), lender))
    return bundles, synapses


def _check_alike(
    synapses: Synapses, name: str, first: Integers, second: Integers, reason: str
) -> None:
    """Of each pair of synapses both have the same value."""
    values = getattr(synapses, name)
    bad = np.flatnonzero(values[first] != values[second])
    if len(bad):
        one, other = (synapses.name(int(which[bad[0]])) for which in (first, second))
        what = name.replace("has_", "having a ")
        raise ArgumentError(f"{OWNER}: edges {one} and {other} {reason}, but differ in {what}")


def _check_bundles(bundles: list[Bundle], synapses: Synapses) -> None:
    sizes = [bundle.synapses.stop - bundle.synapses.start for bundle in bundles]
    first = np.repeat([bundle.synapses.start for bundle in bundles], sizes)
    second = np.arange(len(first))
    for name in ("plastic", "feedback", "shares", "has_weight", "has_feedback_weight"):
        _check_alike(synapses, name, first, second, "connect the same populations")


def _share_weights(bundles: list[Bundle], synapses: Synapses) -> None:
    """Number the weights that are used more than once, and see who agrees on them."""
    users: dict[str, list[Bundle]] = {}
    for bundle in bundles:
        if bundle.lender is not None:
            users.setdefault(bundle.lender, []).append(bundle)
    by_name = {bundle.name: bundle for bundle in bundles}
    for name, members in users.items():
        owner = synapses.owner(members[0].synapses.start)
        checks.choice(owner, "projection in shares", name, by_name)
        if by_name[name].lender != name:
            other = by_name[name].lender
            whose = f"shares those of {other!r}" if other else "does not say that it shares them"
            raise ArgumentError(f"{owner}: shares the weights of {name!r}, which {whose}")
        chosen = np.concatenate([np.arange(m.synapses.start, m.synapses.stop) for m in members])
        _, first, number = np.unique(
            synapses.number[chosen], return_index=True, return_inverse=True
        )
        synapses.number[chosen] = number
        for what in ("plastic", "has_weight"):
            _check_alike(synapses, what, chosen[:1].repeat(len(chosen)), chosen, "share weights")
        _check_alike(synapses, "weight", chosen[first][number], chosen, "share a weight")
        dense = (
            all(m.shape == members[0].shape and m.is_whole(synapses.number) for m in members)
            and len(first) == members[0].shape[0] * members[0].shape[1]
        )
        for member in members:
            member.weight_count, member.dense = len(first), dense
            _check_feedback_weights(member, synapses)


def _check_feedback_weights(bundle: Bundle, synapses: Synapses) -> None:
    """Synapses of one projection that share a weight share that of their feedback, too."""
    chosen = np.arange(bundle.synapses.start, bundle.synapses.stop)
    _, first, number = np.unique(synapses.number[chosen], return_index=True, return_inverse=True)
    _check_alike(synapses, "feedback_weight", chosen[first][number], chosen, "share a weight")


def connect(network: Description, groups: Mapping[str, Integers], synapses: Synapses) -> None:
    """Connect the populations, lenders of weights before borrowers."""
    bundles, synapses = _bundles(network, groups, synapses)
    _check_bundles(bundles, synapses)
    _share_weights(bundles, synapses)
    for bundle in bundles:
        if bundle.lender is None:
            bundle.weight_count = bundle.synapses.stop - bundle.synapses.start
            bundle.dense = bundle.is_whole(synapses.number)
    for bundle in sorted(bundles, key=lambda bundle: bundle.borrows):
        _connect_bundle(network, bundle, synapses)


def _connect_bundle(network: Description, bundle: Bundle, synapses: Synapses) -> None:
    chosen = bundle.synapses
    first = chosen.start
    number = synapses.number[chosen] if bundle.lender is not None else None

    def arranged(values: Reals) -> Reals:
        if number is not None:
            table = np.zeros(bundle.weight_count)
            table[number] = values[chosen]
            return table.reshape(bundle.shape) if bundle.dense else table
        return values[chosen].reshape(bundle.shape) if bundle.dense else values[chosen]

    weights: Any = None
    if bundle.borrows:
        weights = network.projections[cast(str, bundle.lender)]
    elif synapses.has_weight[first] or network.populations[bundle.pre].constant:
        weights = arranged(synapses.weight)
    feedback = FEEDBACK[synapses.feedback[first]]
    # Feedback synapses that learn are lent with the weights.
    lent = bundle.borrows and feedback == "plastic"
    back = None
    if synapses.has_feedback_weight[first] and not lent:
        back = arranged(synapses.feedback_weight)
    rule = None
    if not bundle.dense:
        rule = Given(Pattern(bundle.shape, *bundle.pairs, number, bundle.weight_count))
    network.connect(
        bundle.pre,
        bundle.post,
        rule=rule,
        weights=weights,
        plastic=bool(synapses.plastic[first]),
        feedback=cast(Any, feedback),
        feedback_weights=back,
    )
