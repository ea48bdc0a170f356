"""Ten million synapses, or a million edges: the time and the memory that building them takes."""

from __future__ import annotations

import statistics
import sys
import time
import tracemalloc
from collections.abc import Iterator

from benchmarks.apart import run_apart
from benchmarks.report import Row, at_most

__all__ = ["construction"]

_SIZES = (2000, 2000, 2000, 1000)


def construction(repeats: int) -> Iterator[Row]:
    """Build a network of 10^7 synapses, each time in a new process."""
    seconds = statistics.median(run_apart(_seconds) for _ in range(min(repeats, 5)))
    yield at_most("10^7 synapses, built", seconds, "s", 3.0)
    kept, peak, objects, needed = run_apart(_memory)
    yield at_most("10^7 synapses, bytes kept over those of theta, x, mu, epsilon", kept / needed,
                  "x", 1.3)  # fmt: skip
    yield at_most("10^7 synapses, bytes at the peak over the same", peak / needed, "x", 1.3)
    yield at_most("10^7 synapses, blocks of memory allocated by Python", objects, "blocks", 1e5)

    nodes, seconds = run_apart(_from_networkx)
    yield at_most(f"{nodes:,} neurons and 10^6 edges, from networkx", seconds, "s", 10.0)


def _from_networkx() -> tuple[int, float]:
    """A random graph of neurons whose synapses lead at most 3,000 nodes on."""
    import networkx as nx
    import numpy as np

    import neurosim as ns

    count, edges = 100_000, 1_000_000
    generator = np.random.default_rng(0)
    post = generator.integers(1, count, edges)
    pre = np.maximum(0, post - generator.integers(1, 3000, edges))
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(count))
    weights = generator.normal(size=edges)
    graph.add_weighted_edges_from(zip(pre.tolist(), post.tolist(), weights.tolist(), strict=True))
    graph.remove_nodes_from([node for node in list(graph) if graph.degree(node) == 0])
    begun = time.perf_counter()
    network = ns.Network.from_networkx(graph)
    seconds = time.perf_counter() - begun
    return sum(population.size for population in network.populations.values()), seconds


def _build(sizes: tuple[int, ...]) -> object:
    import neurosim as ns

    return ns.Simulator(ns.Network.layered(sizes, seed=0), ns.models.ZIL())


def _seconds() -> float:
    _build((2, 2, 2))  # loads what is compiled
    begun = time.perf_counter()
    built = _build(_SIZES)
    seconds = time.perf_counter() - begun
    del built
    return seconds


def _memory() -> tuple[int, int, int, int]:
    """Return bytes kept, bytes at the peak, blocks allocated, and the bytes that state needs."""
    _build((2, 2, 2))
    tracemalloc.start()
    before = sys.getallocatedblocks()
    built = _build(_SIZES)
    objects = sys.getallocatedblocks() - before
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    synapses = built.network.synapse_count  # type: ignore[attr-defined]
    return kept, peak, objects, 8 * (synapses + 3 * sum(_SIZES))
