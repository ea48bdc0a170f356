"""Draw the figures of docs/stream.md, beside it, from the engine: ``python docs/figures.py``.

Needs matplotlib: ``pip install 'neurosim[plots]'``.
"""

from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LogNorm

import neurosim as ns

HERE = Path(__file__).parent
RATE = 0.01
SIZES = [6, 6, 6, 6, 6, 3]
DEPTH = len(SIZES) - 1
# From the output, level 0, on.
LEVELS = ["output", *(f"hidden{n}" for n in range(DEPTH - 1, 0, -1))]
T_D = 4


def stream(t_d=T_D, *, rest=False, seed=0):
    """A network of five levels, in a simulator that nobody settles."""
    net = ns.Network.layered(SIZES, activation="tanh", seed=seed)
    model = ns.models.FaZIL(t_d=t_d, sweep=True, learning_rate=RATE)
    return net, ns.Simulator(net, model, rest_after_update=rest)


def drawn(generator):
    """An input and a teacher."""
    return generator.normal(size=(1, SIZES[0])), generator.normal(size=(1, SIZES[-1]))


def present(sim, x, y, shown, taught):
    """Show an input, and its teacher if it stays for any time at all."""
    sim.clamp("input", x)
    sim.run(shown)
    if taught:
        sim.clamp("output", y)
        sim.run(taught)
        sim.release("output")


def waves():
    """|epsilon| by level and tick, from an onset to the release of the teacher and beyond."""
    before, shown, taught, after = 6, 14, 12, 8
    generator = np.random.default_rng(0)
    _, sim = stream()
    present(sim, *drawn(generator), 12, 12)
    errors = ns.StateMonitor(sim, "epsilon", populations=LEVELS)
    phi = ns.SpikeMonitor(sim)
    sim.run(before)
    begin = int(errors.tick[-1])
    present(sim, *drawn(generator), shown, taught)
    sim.run(after)

    ticks = errors.tick - begin
    by_level = np.split(errors.epsilon[:, 0], np.cumsum(SIZES[:0:-1])[:-1], axis=1)
    largest = [np.abs(values).max(axis=1) for values in by_level]
    figure, ax = plt.subplots(figsize=(8, 3.2))
    image = np.ma.masked_equal(np.array(largest), 0.0)
    colours = mpl.colormaps["viridis"].with_extremes(bad="white")
    edges = np.append(ticks, ticks[-1] + 1) - 0.5
    shown_as = ax.pcolormesh(
        edges, np.arange(DEPTH + 1) - 0.5, image, cmap=colours, norm=LogNorm(1e-2, 10)
    )
    for level in range(DEPTH):
        first = DEPTH - level - 1
        box = plt.Rectangle((first - 0.5, level - 0.46), T_D, 0.92, fill=False, ec="C1", lw=1.6)
        ax.add_patch(box)
    fired = phi.tick - begin
    ax.plot(fired, [LEVELS.index(name) for name in phi.population], "o", color="C3", ms=6)
    for at, what in ((0, "onset"), (shown, "teacher"), (shown + taught, "release")):
        ax.axvline(at - 0.5, color="black", lw=1)
        ax.text(at - 0.3, DEPTH - 0.4, what, va="bottom")
    ax.set_yticks(range(DEPTH), [f"{name}, l = {n}" for n, name in enumerate(LEVELS)])
    ax.set_xlabel("ticks since the onset")
    bar = figure.colorbar(shown_as, ax=ax, extend="both", pad=0.02)
    bar.set_label("largest |ε|; white: exactly 0")
    handles = [
        mpl.lines.Line2D([], [], color="C1", marker="s", mfc="none", ls="", label="x follows μ"),
        mpl.lines.Line2D([], [], color="C3", marker="o", ls="", label="φ fires"),
    ]
    ax.legend(handles=handles, loc="lower right", ncols=2, bbox_to_anchor=(1, 1.09), frameon=False)
    _save(figure, "stream_waves.png")


def timing():
    """How far from backpropagation after 20 presentations, by the ticks from input to teacher."""
    figure, ax = plt.subplots(figsize=(7, 3.2))
    exact = 1e-4
    for t_d, marker in ((2, "o"), (4, "s"), (8, "^")):
        waits = np.arange(1, DEPTH + 14)
        off = [_off(t_d, int(wait)) for wait in waits]
        ax.plot(waits, np.maximum(off, exact), marker + "-", ms=5, label=f"t_d = {t_d}")
        ax.axvline(DEPTH + t_d - 0.5, color=ax.lines[-1].get_color(), ls=":", lw=1.2)
    ax.set_yscale("log")
    ax.set_yticks([exact, 1e-3, 1e-2, 1e-1, 1], ["0", "$10^{-3}$", "$10^{-2}$", "$10^{-1}$", "1"])
    ax.set_ylim(exact / 1.6, 3)
    ax.minorticks_off()
    ax.set_xticks(range(1, DEPTH + 14))
    ax.set_xlabel(f"ticks from the input to its teacher (l_max = {DEPTH})")
    ax.set_ylabel("difference from BP,\nof what BP learned")
    ax.legend(frameon=False)
    _save(figure, "stream_timing.png")


def _off(t_d, wait):
    """Norm of the difference of all weights from those of BP, by the norm of what BP changed."""
    generator = np.random.default_rng(1)
    net, sim = stream(t_d)
    bp = ns.models.BP(net, learning_rate=RATE)
    start = bp.weights
    for _ in range(20):
        x, y = drawn(generator)
        present(sim, x, y, wait, 30)
        bp.fit(x, y)
    off = _norm(sim.weights[name] - bp.weights[name] for name in start)
    return off / _norm(bp.weights[name] - start[name] for name in start)


def _norm(arrays):
    return float(np.sqrt(sum((a**2).sum() for a in arrays)))


def spikes(count=2000):
    """When phi fires, and how many times a node does in a presentation."""
    generator = np.random.default_rng(2)
    _, sim = stream()
    monitor = ns.SpikeMonitor(sim)
    teaches = generator.random(count) < 0.7
    for taught in teaches:
        shown = DEPTH + T_D + int(generator.integers(0, 9))
        present(sim, *drawn(generator), shown, taught * (DEPTH + int(generator.integers(0, 40))))
        sim.run(int(generator.integers(0, 12)))
    # Presentations are counted from 1.
    level = np.array([LEVELS.index(name) for name in monitor.population])
    first_of = np.cumsum([0, *SIZES[:0:-1]])
    per_node = np.zeros((count, first_of[-1]), int)
    np.add.at(per_node, (monitor.presentation - 1, first_of[level] + monitor.i), 1)

    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 2.9), width_ratios=[1.5, 1])
    times, counts = np.unique(np.stack([monitor.t, level]), axis=1, return_counts=True)
    left.plot(times[0], times[1], "o", color="C3", ms=7)
    for t, at, n in zip(*times, counts, strict=True):
        left.text(t + 0.25, at, f"{n:,}", va="center")
    left.set_xlim(-1, max(DEPTH + 2, times[0].max() + 1))
    left.set_ylim(-0.6, DEPTH - 0.4)
    left.set_yticks(range(DEPTH))
    left.set_xlabel("ticks since the teacher's onset")
    left.set_ylabel("level of the node")
    left.set_title(f"all {len(level):,} spikes", fontsize=10)
    for n, (name, chosen) in enumerate((("taught", teaches), ("not taught", ~teaches))):
        found = per_node[chosen].ravel()
        bars = [(found == 0).sum(), (found == 1).sum(), (found > 1).sum()]
        drawn_bars = right.bar(np.arange(3) + 0.4 * (n - 0.5), bars, 0.38, label=name)
        right.bar_label(drawn_bars, [f"{b:,}" for b in bars], fontsize=8)
    right.set_xticks(range(3), ["none", "one", "more"])
    right.set_xlabel("spikes of a node in a presentation")
    right.set_ylabel("nodes × presentations")
    right.margins(y=0.15)
    right.legend(frameon=False, loc="upper right", fontsize=8)
    _save(figure, "stream_spikes.png")


def _save(figure, name):
    for ax in figure.axes:
        ax.spines[["top", "right"]].set_visible(False)
    figure.savefig(HERE / name, dpi=100, bbox_inches="tight", metadata={"Software": None})
    plt.close(figure)
    print(name, f"{(HERE / name).stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    waves()
    timing()
    spikes()
