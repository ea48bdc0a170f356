"""A network as tables: text for terminals, HTML for notebooks."""

from __future__ import annotations

import html
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from neurosim.description.levels import levels
from neurosim.description.network import Description
from neurosim.description.path_lengths import sweep_needs
from neurosim.description.projection import Projection
from neurosim.description.roles import roles
from neurosim.errors import ArgumentError

__all__ = ["network_summary", "network_tables"]

Rows = list[tuple[str, ...]]
_POPULATION = ("population", "nodes", "activation", "level", "role")
_PROJECTION = ("projection", "synapses", "connected", "weights", "feedback", "levels")
# Of a longer table the first and the last rows are shown, and of a longer name both ends.
_LONGEST_TABLE = 40
_LONGEST_NAME = 48


def _kind(projection: Projection) -> str:
    pattern = projection.pattern
    if pattern is None:
        return "all to all"
    return "weights in common" if pattern.shares_weights else "sparse"


def _weights(projection: Projection) -> str:
    if projection.shares is not None:
        return f"those of {_short(projection.shares)}"
    return "plastic" if projection.plastic else "fixed"


def _short(name: str) -> str:
    half = (_LONGEST_NAME - 3) // 2
    return name if len(name) <= _LONGEST_NAME else f"{name[:half]}...{name[-half:]}"


def _populations(network: Description, level: Mapping[str, int]) -> Rows:
    role = roles(network)
    return [
        (
            _short(p.name),
            f"{p.size:,}",
            p.activation.name,
            "-" if p.constant else str(level.get(p.name, "?")),
            role[p.name],
        )
        for p in network.populations.values()
    ]


def _projections(network: Description, level: Mapping[str, int]) -> Rows:
    def span(p: Projection) -> str:
        if network.populations[p.pre].constant:
            return "-"
        return str(level[p.pre] - level[p.post]) if level else "?"

    return [
        (_short(p.name), f"{p.synapse_count:,}", _kind(p), _weights(p), p.feedback, span(p))
        for p in network.projections.values()
    ]


def _derived(wiring: Description, level: Mapping[str, int]) -> list[str]:
    """What is said of relays and readouts; relays are counted, not made, as there may be many."""
    longest: dict[str, int] = {}
    predicted = {p.post for p in wiring.projections.values()}
    for p in wiring.projections.values():
        between = level[p.pre] - level[p.post] - 1
        if between > longest.get(p.pre, 0) and p.pre in predicted:
            longest[p.pre] = between
    relays = sum(wiring.populations[name].size * count for name, count in longest.items())
    readouts = [p for p in wiring.populations.values() if p.derived]
    notes = []
    if relays:
        notes.append(
            f"{relays:,} relay nodes, added where projections span several levels: of "
            f"{_listed(longest)}"
        )
    if readouts:
        count = sum(p.size for p in readouts)
        notes.append(
            f"{count:,} readout nodes, added where an output also predicts others: "
            f"{_listed([p.name for p in readouts])}"
        )
    return notes


def _streamed(wiring: Description) -> list[str]:
    """What is said of a stream: the t_d that is exact there, and when teachers may come."""
    needs = sweep_needs(wiring)
    if needs.unreached:
        return [f"stream: not exact; no input reaches all nodes of {_listed(needs.unreached)}"]
    if not needs.longest:
        return []
    exact = f"t_d >= {needs.t_d}"
    if needs.because:
        population, shorter, longer = needs.because
        exact += f" ({_short(population)} is reached over paths of {shorter} and {longer})"
    if needs.t_d > 1:
        exact += ", any with rest"
    teachers = f"teachers at least {needs.longest} + t_d ticks after inputs"
    return [f"stream: exact for {exact}; {teachers}"]


def _listed(names: Collection[str]) -> str:
    shown = [_short(name) for name in names][:6]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")


@dataclass
class _Description:
    """A line about the whole, the rows of both tables, and what is to be said below them."""

    head: str
    populations: Rows
    projections: Rows
    notes: list[str]


def _described(network: Description) -> _Description:
    level: dict[str, int] = {}
    try:
        wiring = network.wired(relays=False)
        level = levels(wiring.populations, wiring.projections.values())
        notes = [*_derived(wiring, level), *_streamed(wiring)]
    except ArgumentError as error:
        notes = [f"incomplete: {str(error).removeprefix('Network: ')}"]
    if any(p.feedback == "fixed" for p in network.projections.values()):
        notes.append("fixed feedback is feedback alignment: learning is not backpropagation")
    populations = network.populations.values()
    depth = max((level[p.name] for p in populations if level and not p.constant), default="?")
    head = (
        f"{len(populations):,} populations of {sum(p.size for p in populations):,} nodes, "
        f"{network.synapse_count:,} synapses, l_max = {depth}, seed {network.seed}"
    )
    return _Description(head, _populations(network, level), _projections(network, level), notes)


def _shortened(rows: Rows) -> tuple[Rows, str, Rows]:
    """The first rows, what is left out between them and the last, and the last."""
    if len(rows) <= _LONGEST_TABLE:
        return rows, "", []
    half = _LONGEST_TABLE // 2
    return rows[:half], f"... {len(rows) - 2 * half:,} more ...", rows[-half:]


def network_summary(network: Description) -> str:
    """Plain text; see `Network.summary`."""
    told = _described(network)
    tables = _text(_POPULATION, told.populations), _text(_PROJECTION, told.projections)
    return "\n\n".join([told.head, *tables, *told.notes])


def _text(head: Sequence[str], rows: Rows) -> str:
    first, between, last = _shortened(rows)
    columns = list(zip(head, *first, *last, strict=True))
    widths = [max(map(len, column)) for column in columns]
    numbers = [
        all(c in ("-", "?") or c.replace(",", "").isdigit() for c in column[1:])
        for column in columns
    ]

    def line(cells: Sequence[str]) -> str:
        padded = (
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(cells, widths, numbers, strict=True)
        )
        return "  ".join(padded).rstrip()

    return "\n".join([*map(line, (head, *first)), *filter(None, [between]), *map(line, last)])


def network_tables(network: Description) -> str:
    """HTML: one table of the populations and one of the projections."""
    told = _described(network)
    below = "".join(f"<p>{html.escape(note)}</p>" for note in told.notes)
    return _table(_POPULATION, told.populations) + _table(_PROJECTION, told.projections) + below


def _table(head: Sequence[str], rows: Rows) -> str:
    first, between, last = _shortened(rows)
    gap = f'<tr><td colspan="{len(head)}">{between}</td></tr>' if between else ""
    lines = (
        "".join(_row("td", row) for row in first),
        gap,
        "".join(_row("td", row) for row in last),
    )
    return f"<table>{_row('th', head)}{''.join(lines)}</table>"


def _row(tag: str, cells: Iterable[object]) -> str:
    return "<tr>" + "".join(f"<{tag}>{html.escape(str(c))}</{tag}>" for c in cells) + "</tr>"
