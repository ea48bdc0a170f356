"""One thing that happens to a network, and how long to wait until it does."""

from __future__ import annotations

import numbers
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.errors import ArgumentError, ArgumentTypeError, NeurosimError, TooLargeError
from neurosim.world.values import kept, read_only, target

__all__ = ["Event", "timed"]

#: Nodes by index or label, or a mark for each.
Nodes = Sequence[int | str] | npt.NDArray[Any]

SHAPES = {2: "(replicas, nodes)", 1: "(nodes,)", 0: "()"}


@dataclass(frozen=True, eq=False, repr=False)
class Event:
    """The world shows something, or takes it away.

    It is checked when it is made, as far as it can be without a network; whether there is such a
    population, with so many nodes, is checked when it happens. Arrays are copied.

    Parameters
    ----------
    population : str, or mapping of str to array_like
        Name of a population, or label of a node. A mapping of both, with their values, clamps all
        at once, or none if one of them is refused.
    values : array_like, shape (replicas, nodes), (nodes,) or (), optional
        Activities x to hold from now on. If not given, the nodes are released.
    nodes : sequence of int or str, optional
        Which nodes of the population, by index or label; all if not given. One may be given alone,
        and a vector of bool marks nodes.
    after : int, optional
        Ticks since what the source yielded before, or since the stream began; 0 if neither this
        nor `tick` is given.
    tick : int, optional
        Ticks since the stream began, in the place of `after`. It must not go backwards.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        If an argument is not one of these, or both `after` and `tick` are given.
    DataError
        If values are empty, not finite, or not of one of the shapes.

    Examples
    --------
    >>> import neurosim as ns
    >>> ns.world.Event("input", [0.5, 1.0], after=3)
    Event('input', [0.5, 1.0], after=3)

    A stream of an image for 20 ticks, then its teacher for 12, without an end:

    >>> def world(image, digit):
    ...     while True:
    ...         yield ns.world.Event("input", image)
    ...         yield ns.world.Event("output", digit, after=20)
    ...         yield ns.world.Event("output", after=12)
    >>> stream = world([0.5, 1.0], [1.0])
    >>> [next(stream) for _ in range(3)][-1]
    Event('output', after=12)
    """

    population: str | Mapping[str, npt.ArrayLike]
    values: npt.ArrayLike | None = None
    nodes: Nodes | None = field(default=None, kw_only=True)
    after: int | None = field(default=None, kw_only=True)
    tick: int | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        checked: dict[str, Any] = {}
        if isinstance(self.population, Mapping):
            checked["population"] = _several(self.population, self.values, self.nodes)
        else:
            name = target("Event", "population", self.population)
            checked = {"population": name, "nodes": _nodes(self.nodes)}
            if self.values is not None:
                what = f"values of {name!r}"
                checked["values"] = kept("Event", what, self.values, SHAPES)
        for attribute, value in {**checked, **_when(self.after, self.tick)}.items():
            object.__setattr__(self, attribute, value)

    @property
    def releases(self) -> bool:
        """Whether nodes are let go, rather than clamped."""
        return self.values is None and not isinstance(self.population, Mapping)

    def __repr__(self) -> str:
        """Show what happens; of large arrays, their shape."""
        words = [_seen(self.population)]
        if self.values is not None:
            words.append(_seen(self.values))
        for name in ("nodes", "after", "tick"):
            value = getattr(self, name)
            if value is not None:
                words.append(f"{name}={_seen(value)}")
        return f"Event({', '.join(words)})"

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        # A copy, and what comes from a file, is checked and read-only as well.
        given = dict(self.population) if isinstance(self.population, Mapping) else self.population
        return _made_again, (given, self.values, self.nodes, self.after, self.tick)


def _made_again(population: Any, values: Any, nodes: Any, after: Any, tick: Any) -> Event:
    return Event(population, values, nodes=nodes, after=after, tick=tick)


def _several(given: Mapping[Any, object], values: object, nodes: object) -> Mapping[str, Any]:
    """Values of several populations or nodes; those that are called by numbers, by words."""
    if values is not None or nodes is not None:
        raise ArgumentTypeError(
            "Event: a mapping names the nodes and their values; leave out values and nodes"
        )
    checked: dict[str, npt.NDArray[Any]] = {}
    for key, each in given.items():
        name = target("Event", "a key of population", key if isinstance(key, str) else str(key))
        if name in checked:
            raise ArgumentError(f"Event: population names {name!r} twice")
        if each is None:
            raise ArgumentTypeError(
                f"Event: values of {name!r} are missing; what is released has an event of its own"
            )
        checked[name] = kept("Event", f"values of {name!r}", each, SHAPES)
    if not checked:
        raise ArgumentError("Event: the mapping names no population and no node")
    return MappingProxyType(checked)


def _nodes(given: object) -> Nodes | None:
    """Nodes as they were named, in a sequence that nobody changes."""
    if given is None:
        return None
    if _is_whole(given):
        given = (given,)
    found: Nodes
    if isinstance(given, np.ndarray) and not np.ma.isMaskedArray(given):
        found = _array_of_nodes(given)
    elif isinstance(given, range):
        # As it is: its numbers may be more than fit into memory.
        found = given
        checks.integer("Event", "nodes", min(given[0], given[-1]) if given else 0, 0)
    else:
        each = checks.sequence("Event", "nodes", given, "indices or labels")
        found = tuple(
            str(n) if isinstance(n, str) else checks.integer("Event", "nodes", n, 0) for n in each
        )
    if not len(found):
        raise ArgumentError("Event: nodes must name a node, or be left out for all")
    return found


def _array_of_nodes(given: npt.NDArray[Any]) -> Nodes:
    """Indices, or marks of nodes, as they are; labels, and what is mixed, one by one."""
    given = np.atleast_1d(given)
    if given.ndim != 1:
        raise ArgumentTypeError(
            f"Event: nodes must be a vector of indices, labels or marks, not of shape {given.shape}"
        )
    if given.dtype.kind not in "biu":
        return cast("Nodes", _nodes(list(given)))
    try:
        found = read_only(given)
    except MemoryError:
        raise TooLargeError("Event: nodes do not fit into memory") from None
    if given.dtype.kind == "i":
        checks.integer("Event", "nodes", int(found.min(initial=0)), 0)
    return found


def _is_whole(given: object) -> bool:
    return not isinstance(given, bool) and isinstance(given, numbers.Integral)


def _when(after: object, tick: object) -> dict[str, int]:
    """Check when it happens, which is said in one way."""
    if tick is None:
        after = 0 if after is None else after
        return {"after": checks.integer("Event", "after", after, 0, checks.MOST_TICKS)}
    if after is not None:
        raise ArgumentError(
            f"Event: either after or tick says when, not both ({after!r:.50} and {tick!r:.50})"
        )
    return {"tick": checks.integer("Event", "tick", tick, 0, checks.MOST_TICKS)}


def _seen(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name!r}: {_seen(each)}" for name, each in value.items()) + "}"
    if isinstance(value, np.ndarray):
        return repr(value.tolist()) if value.size <= 8 else f"<array of shape {value.shape}>"
    if isinstance(value, tuple) and len(value) > 8:
        return f"<{len(value)} nodes>"
    return repr(value)


def timed(source: object, owner: str = "stream") -> Iterator[tuple[int, Event | None]]:
    """Say how many ticks to wait for each thing that a source yields, as it yields them.

    Nothing is read ahead, so that a source may be without end, and may look at the network that it
    is shown to.

    Parameters
    ----------
    source : iterable
        Of events; of tuples (after, population, values), which are events, too; and of whole
        numbers, which are ticks in which nothing happens. `after` counts from the latter as well.
    owner : str
        Named in errors.

    Yields
    ------
    ticks : int
        How many to make first.
    event : Event or None
        What happens then; nothing if None. There is one for each thing that the source yields, so
        that counting from 0 numbers them as errors do.

    Raises
    ------
    ArgumentTypeError
        At once if the source is no iterable; when it comes if something is no event.
    ArgumentError
        If `tick` goes backwards, or a stream would be longer than `checks.MOST_TICKS`.

    Examples
    --------
    >>> from neurosim.world.event import timed
    >>> for ticks, event in timed([(0, "input", [1.0]), (20, "output", 0.5), 12]):
    ...     print(ticks, event)
    0 Event('input', [1.0], after=0)
    20 Event('output', 0.5, after=20)
    12 None
    """
    if not isinstance(source, Iterable) or isinstance(source, (str, bytes, Mapping, np.ndarray)):
        remedy = "; one event is [event]" if isinstance(source, Event) else ""
        raise ArgumentTypeError(
            f"{owner}: source must be an iterable of events, not {source!r:.200}{remedy}"
        )
    return _timed(source, owner)


def _timed(source: Iterable[object], owner: str) -> Iterator[tuple[int, Event | None]]:
    now = 0
    for number, item in enumerate(source):
        where = f"{owner}: event {number}"
        event = _read(where, item)
        if isinstance(event, int):
            ticks = event
        elif event.tick is None:
            ticks = event.after or 0
        else:
            ticks = event.tick - now
        if ticks < 0:
            raise ArgumentError(
                f"{where}: tick must not go backwards, but be >= {now}, not {now + ticks}"
            )
        now += ticks
        if now > checks.MOST_TICKS:
            raise ArgumentError(
                f"{where} would be at tick {now}, but a stream ends at tick {checks.MOST_TICKS}"
            )
        yield ticks, None if isinstance(event, int) else event


def _read(where: str, item: object) -> Event | int:
    """Return an event, or ticks to wait."""
    if isinstance(item, Event):
        return item
    if _is_whole(item):
        return checks.integer(where, "a wait", item, 0, checks.MOST_TICKS)
    if not isinstance(item, tuple) or len(item) != 3:
        raise ArgumentTypeError(
            f"{where} must be an Event, a tuple (after, population, values) or a number of ticks "
            f"to wait, not {item!r:.200}"
        )
    after, population, values = item
    after = checks.integer(where, "after", after, 0, checks.MOST_TICKS)
    try:
        return Event(population, values, after=after)
    except NeurosimError as error:
        raise type(error)(f"{where}: {error}") from None
