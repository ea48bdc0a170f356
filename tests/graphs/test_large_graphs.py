"""Deep and wide graphs are read in time."""

import networkx as nx
import pytest

import neurosim as ns
from neurosim.errors import NeurosimError


def test_deep_graphs():
    count = 3000
    graph = nx.path_graph(count, nx.DiGraph)
    graph.add_edge(1, count - 2)
    net = ns.Network.from_networkx(graph)
    assert net.depth == count - 1
    assert f"l_max = {count - 1}" in net.summary()
    assert f"{count - 4:,} relay nodes" in net.summary()
    graph.remove_edge(1, count - 2)
    graph.add_edge(count - 1, 1)
    with pytest.raises(NeurosimError, match=f"cycle: .* {count - 11:,} more"):
        ns.Network.from_networkx(graph)


def test_wide_graphs():
    """A time that grew with the square of the width would be minutes."""
    count = 50_000
    graph = nx.DiGraph((f"x{n}", f"h{n}") for n in range(count))
    graph.add_edges_from((f"h{n}", "y") for n in range(count))
    net = ns.Network.from_networkx(graph)
    assert net.synapse_count == 2 * count
    assert net.find(f"h{count - 1}") == ("level1", count - 1)
