"""How long the paths are that lead from inputs to each node, and what a stream needs for that.

In a stream an onset travels from the inputs, one synapse a tick. It reaches node j at the lengths
S_j of the paths that lead there, the longest being L_j, and each time sweeps j for t_d ticks, in
which j follows its prediction and its error is silent. Exact learning, whatever was before, needs

    t_d >= 2                where hidden nodes, those that are predicted themselves, predict others
    t_d >= a' - a           for all j and neighbours a < a' in S_j with a > L_i, for a hidden i that
                            predicts j: i is done, and hears j, whose prediction is not yet final
    teacher - input >= max L_j + t_d ticks

The 2 is for a past that still reverberates: where a teacher has stayed until nothing moved, and has
gone, each error is zero for a single tick, which a phi that asks for one tick takes for quiet.
Where nodes rest once they have learned, nothing reverberates, and every t_d is enough.

Nodes are told apart where sparse wiring makes them differ, and not elsewhere, so that memory is a
few words for each sparse synapse and each node that has one, however large populations are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from neurosim.description.levels import levels
from neurosim.description.network import Description
from neurosim.description.pattern import Pattern
from neurosim.description.projection import Projection

__all__ = ["Detour", "SweepNeeds", "sweep_needs"]

Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]

# How many arrivals are told apart in one step: the bits of a number, below those of a kind.
_AT_ONCE = 30
_NEVER = 1 << 62
_NOBODY = np.zeros(0, np.int64)


class Detour(NamedTuple):
    """A population with a node that is reached over paths of two lengths, and of none between."""

    population: str
    shorter: int
    longer: int


@dataclass(frozen=True)
class SweepNeeds:
    """What a network needs in a stream, to learn exactly what backpropagation learns.

    Attributes
    ----------
    longest : int
        Synapses on the longest path from an input, those of relays included.
    t_d : int
        The least t_d that is enough without rest, whatever happened before.
    because : Detour or None
        Why it has to be larger than 2, if it has.
    unreached : tuple of str
        Populations with nodes that errors reach, and no path from an input does. No onset brings
        these back to their predictions, so that the network is not exact in a stream.
    """

    longest: int
    t_d: int
    because: Detour | None
    unreached: tuple[str, ...]

    def shown(self, t_d: int) -> int:
        """Least number of ticks from an input to its teacher."""
        return self.longest + t_d


class _Reach(NamedTuple):
    """How a node is reached. A set of lengths is a number, in which bit n is set for length n."""

    lengths: int = 0
    heard: int = _NEVER  # from which length on a hidden node that is done hears its error
    predicted: bool = False

    def joined(self, other: _Reach) -> _Reach:
        """Return how a node is reached that is reached in both ways."""
        lengths, predicted = self.lengths | other.lengths, self.predicted or other.predicted
        return _Reach(lengths, min(self.heard, other.heard), predicted)


class _Kinds(NamedTuple):
    """The nodes of a population, sorted by how they are reached."""

    reach: list[_Reach]  # of each kind
    node: Integers = _NOBODY  # those that are told apart, ascending; others are of kind 0
    kind: Integers = _NOBODY  # of each of these

    def of(self, index: Integers) -> Integers:
        """Kind of each of the nodes."""
        if not len(self.node):
            return np.zeros(len(index), np.int64)
        if len(self.node) == self.node[-1] + 1:
            place = np.minimum(index, len(self.node) - 1)
        else:
            place = np.minimum(np.searchsorted(self.node, index), len(self.node) - 1)
        return np.where(self.node[place] == index, self.kind[place], 0)

    def spread(self, flag: Booleans, size: int) -> Booleans:
        """Flags of the kinds, as flags of the nodes: one flag if none are told apart."""
        if not len(self.node):
            return flag[:1]
        flags = np.full(size, flag[0])
        flags[self.node] = flag[self.kind]
        return flags

    def as_predicting(self) -> _Kinds:
        """Put together what is the same to the nodes that these predict."""
        number: dict[_Reach, int] = {}
        merged = [number.setdefault(r._replace(heard=_NEVER), len(number)) for r in self.reach]
        return _Kinds(list(number), self.node, np.array(merged, np.int64)[self.kind])


class _Arrival(NamedTuple):
    """What a projection brings to the nodes that it predicts."""

    pattern: Pattern | None
    pre: _Kinds
    brings: list[_Reach]  # from each kind of them


def sweep_needs(description: Description, *, relays: bool = True) -> SweepNeeds:
    """Find what a network needs in a stream.

    Inputs are populations that nothing predicts; constant ones have no onsets. Lesions are not
    considered.

    Parameters
    ----------
    description : Description
        With its readouts, and with its relays or without: ``wired(relays=False)`` has the same
        needs, which are found in less time.
    relays : bool
        Whether it runs with relays; without them each projection is one synapse long.

    Raises
    ------
    ArgumentError
        If there is a cycle, or a population without projections.
    """
    populations, projections = description.populations, description.projections.values()
    level = levels(populations, projections)
    order = sorted(level, key=level.__getitem__, reverse=True)  # each after what predicts it
    incoming, outgoing = _by_ends(description)

    def arrival(p: Projection) -> _Arrival:
        hidden = bool(incoming[p.pre])
        span = level[p.pre] - level[p.post] if hidden and relays else 1
        told = [_passed_on(reach.lengths << span, hidden) for reach in kinds[p.pre].reach]
        return _Arrival(p.pattern, kinds[p.pre], told)

    kinds: dict[str, _Kinds] = {}
    longest, t_d, because = 0, 1, None
    for name in order:
        if not incoming[name]:
            kinds[name] = _Kinds([_Reach(int(not populations[name].constant))])
            continue
        met = _met(populations[name].size, [arrival(p) for p in incoming[name]])
        for reach in met.reach:
            if not (populations[name].derived and outgoing[name]):
                # Not of a relay: it is on longer paths, or leads nowhere.
                longest = max(longest, reach.lengths.bit_length() - 1)
            if reach.heard == _NEVER:
                continue
            shorter, longer = _widest_gap(reach)
            if longer - shorter > max(t_d, 2):
                because = Detour(name, shorter, longer)
            t_d = max(t_d, 2, longer - shorter)
        kinds[name] = met.as_predicting()
    return SweepNeeds(longest, t_d, because, _unreached(description, order, kinds))


def _by_ends(
    description: Description,
) -> tuple[dict[str, list[Projection]], dict[str, list[Projection]]]:
    """Projections by the population that they predict, and by the one that they start from."""
    incoming: dict[str, list[Projection]] = {name: [] for name in description.populations}
    outgoing: dict[str, list[Projection]] = {name: [] for name in description.populations}
    for projection in description.projections.values():
        incoming[projection.post].append(projection)
        outgoing[projection.pre].append(projection)
    return incoming, outgoing


def _passed_on(lengths: int, hidden: bool) -> _Reach:
    """How a node is reached through one whose paths, to that node, have these lengths."""
    if not hidden:
        return _Reach(lengths, predicted=True)
    return _Reach(lengths, max(0, lengths.bit_length() - 1), predicted=True)


def _widest_gap(reach: _Reach) -> tuple[int, int]:
    """The two neighbouring lengths that are the furthest apart, where the error is heard."""
    digits = bin(reach.lengths >> reach.heard)[:1:-1]  # that of the shortest length is first
    between = max(digits.strip("0").split("1"), key=len)
    if not between:
        return 0, 0
    shorter = reach.heard + digits.index(f"1{between}1")
    return shorter, shorter + len(between) + 1


def _met(size: int, arrivals: Iterable[_Arrival]) -> _Kinds:
    """Sort the nodes of a population by what arrives there, through all its projections."""
    everywhere, brings = _Reach(), list[_Reach]()
    by, post = [_NOBODY], [_NOBODY]
    for pattern, pre, brought in arrivals:
        if pattern is None:
            everywhere = reduce(_Reach.joined, brought, everywhere)
            continue
        by.append(len(brings) + pre.of(pattern.pre))
        post.append(pattern.post)
        brings += brought
    if not brings:
        return _Kinds([everywhere])
    number, index = np.concatenate(by), np.concatenate(post)
    node = _distinct(size, index)
    place = index if len(node) == size else np.searchsorted(node, index)
    order = np.argsort(number, kind="stable")
    place, start = place[order], np.searchsorted(number[order], np.arange(len(brings) + 1))
    reach, kind = [everywhere], np.zeros(len(node), np.int64)
    for first in range(0, len(brings), _AT_ONCE):
        some = range(first, min(first + _AT_ONCE, len(brings)))
        code = kind << _AT_ONCE
        for n in some:
            code |= _marked(len(node), place[start[n] : start[n + 1]]).astype(np.int64) << n - first
        distinct, kind = np.unique(code, return_inverse=True)
        reach = [
            reduce(
                _Reach.joined,
                [brings[n] for n in some if c >> n - first & 1],
                reach[c >> _AT_ONCE],
            )
            for c in distinct.tolist()
        ]
    if len(node) < size:
        return _Kinds([everywhere, *reach], node, kind + 1)
    return _Kinds(reach, node, kind)


def _distinct(size: int, index: Integers) -> Integers:
    """The nodes that are named, ascending; whatever the size, where few are."""
    return np.flatnonzero(_marked(size, index)) if size <= 4 * len(index) else np.unique(index)


def _marked(size: int, index: Integers) -> Booleans:
    marks = np.zeros(size, np.bool_)
    marks[index] = True
    return marks


def _unreached(
    description: Description, order: list[str], kinds: Mapping[str, _Kinds]
) -> tuple[str, ...]:
    """Populations with nodes that no onset reaches, and errors do."""
    incoming, _ = _by_ends(description)
    missed = {
        name: np.array([not reach.lengths for reach in kinds[name].reach])
        for name, population in description.populations.items()
        if incoming[name] and not population.derived
    }
    if not any(kind.any() for kind in missed.values()):
        return ()
    erring = _erring(description, order)

    def concerned(name: str) -> bool:
        nodes, kind = erring[name], missed[name]
        return bool(kind.any() if nodes is None else kind[kinds[name].of(nodes)].any())

    return tuple(name for name in missed if concerned(name))


def _erring(description: Description, order: list[str]) -> dict[str, Integers | None]:
    """Nodes that errors reach: teachers, where there are weights to learn; all nodes if None."""
    incoming, outgoing = _by_ends(description)
    erring: dict[str, Integers | None] = {}
    for name in reversed(order):
        parts = [_come_back(p, erring[p.post]) for p in outgoing[name]] or [
            None if p.pattern is None else p.pattern.post for p in incoming[name]
        ]
        some = [part for part in parts if part is not None]
        size = description.populations[name].size
        erring[name] = None if len(some) < len(parts) else _distinct(size, np.concatenate(some))
    return erring


def _come_back(projection: Projection, erring: Integers | None) -> Integers | None:
    """Nodes that errors reach through a projection, by those at its other end."""
    pattern = projection.pattern
    if pattern is None:
        return None if erring is None or len(erring) else _NOBODY
    return pattern.pre if erring is None else pattern.pre[np.isin(pattern.post, erring)]
