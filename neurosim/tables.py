"""A network as tables: text for terminals, HTML for notebooks."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from neurosim.graphs import roles
from neurosim.levels import levels
from neurosim.relays import wired

if TYPE_CHECKING:
    from neurosim.network import Network
    from neurosim.projection import Projection

__all__ = ["network_summary", "network_tables"]

Rows = list[tuple[str, ...]]
_POPULATION = ("population", "nodes", "activation", "level", "role")
_PROJECTION = ("projection", "synapses", "connected", "weights", "feedback", "levels")


def _kind(projection: Projection) -> str:
    pattern = projection.pattern
    if pattern is None:
        return "all to all"
    return "weights in common" if pattern.shares_weights else "sparse"


def _weights(projection: Projection) -> str:
    if projection.shares is not None:
        return f"those of {projection.shares}"
    return "plastic" if projection.plastic else "fixed"


def _rows(network: Network) -> tuple[Rows, Rows, list[str]]:
    """Rows of both tables, and what is to be said below them."""
    complete = wired(network)
    level = levels(complete.populations, complete.projections.values())
    role = roles(network)
    populations: Rows = [
        (
            p.name,
            f"{p.size:,}",
            p.activation.name,
            "-" if p.constant else str(level[p.name]),
            role[p.name],
        )
        for p in network.populations.values()
    ]
    projections: Rows = [
        (
            p.name,
            f"{p.synapse_count:,}",
            _kind(p),
            _weights(p),
            p.feedback,
            "-" if network.populations[p.pre].constant else str(level[p.pre] - level[p.post]),
        )
        for p in network.projections.values()
    ]
    notes = []
    for kind, reason in (
        ("relay", "added where projections span several levels"),
        ("readout", "added where an output also predicts others"),
    ):
        derived = [p for p in complete.populations.values() if p.derived and f".{kind}" in p.name]
        nodes = sum(p.size for p in derived)
        names = ", ".join(p.name for p in derived[:6]) + (", ..." if len(derived) > 6 else "")
        if derived:
            notes.append(f"{nodes:,} {kind} nodes, {reason}: {names}")
    if any(p.feedback == "fixed" for p in network.projections.values()):
        notes.append("fixed feedback is feedback alignment: learning is not backpropagation")
    return populations, projections, notes


def network_summary(network: Network) -> str:
    """Plain text; see `Network.summary`."""
    populations, projections, notes = _rows(network)
    nodes = sum(p.size for p in network.populations.values())
    head = (
        f"{len(populations)} populations of {nodes:,} nodes, {network.synapse_count:,} synapses, "
        f"l_max = {network.depth}, seed {network.seed}"
    )
    parts = [head, _text(_POPULATION, populations), _text(_PROJECTION, projections), *notes]
    return "\n\n".join(parts)


def _text(head: Sequence[str], rows: Rows) -> str:
    columns = list(zip(head, *rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    numbers = [
        all(c == "-" or c.replace(",", "").isdigit() for c in column[1:]) for column in columns
    ]

    def line(cells: Sequence[str]) -> str:
        padded = (
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(cells, widths, numbers, strict=True)
        )
        return "  ".join(padded).rstrip()

    return "\n".join(map(line, (head, *rows)))


def network_tables(network: Network) -> str:
    """HTML: one table of the populations and one of the projections."""
    populations, projections, notes = _rows(network)
    below = "".join(f"<p>{html.escape(note)}</p>" for note in notes)
    return _table(_POPULATION, populations) + _table(_PROJECTION, projections) + below


def _table(head: Iterable[object], rows: Iterable[Iterable[object]]) -> str:
    return f"<table>{_row('th', head)}{''.join(_row('td', row) for row in rows)}</table>"


def _row(tag: str, cells: Iterable[object]) -> str:
    return "<tr>" + "".join(f"<{tag}>{html.escape(str(c))}</{tag}>" for c in cells) + "</tr>"
