"""A network as tables, for notebooks."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from neurosim.network import Network

__all__ = ["network_tables"]


def network_tables(network: Network) -> str:
    """HTML: one table of the populations and one of the projections."""
    populations = (
        (p.name, p.size, "constant" if p.constant else p.activation.name)
        for p in network.populations.values()
    )
    projections = ((p.name, " x ".join(map(str, p.shape))) for p in network.projections.values())
    return _table(("population", "nodes", "activation"), populations) + _table(
        ("projection", "synapses"), projections
    )


def _table(head: Iterable[object], rows: Iterable[Iterable[object]]) -> str:
    return f"<table>{_row('th', head)}{''.join(_row('td', row) for row in rows)}</table>"


def _row(tag: str, cells: Iterable[object]) -> str:
    return "<tr>" + "".join(f"<{tag}>{html.escape(str(c))}</{tag}>" for c in cells) + "</tr>"
