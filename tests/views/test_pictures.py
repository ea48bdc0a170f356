"""Pictures of networks and of states."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest
from oracles.networks import NETWORKS, readouts
from oracles.processes import printed_by

import neurosim as ns
from neurosim import models
from neurosim.errors import NeurosimError


@pytest.mark.parametrize("make", NETWORKS)
def test_populations_do_not_overlap_in_a_picture(make):
    """And no arrow passes through the box of a population."""
    patches = pytest.importorskip("matplotlib.patches")
    net = make()
    ax = net.draw()
    boxes = [p.get_bbox() for p in ax.patches if isinstance(p, patches.FancyBboxPatch)]
    arrows = [p.get_path() for p in ax.patches if isinstance(p, patches.FancyArrowPatch)]
    wiring = len(net.populations) + sum(name.endswith(".readout") for name in net.outputs)
    assert len(boxes) == wiring
    assert len(arrows) == len(net.projections) + wiring - len(net.populations)
    points = np.concatenate([p for a in arrows for p in a.to_polygons(closed_only=False)])
    for n, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[n + 1 :])
        inside = (points > [box.x0, box.y0]) & (points < [box.x1, box.y1])
        assert not inside.all(axis=1).any()


@pytest.mark.parametrize("variable", ["x", "mu", "epsilon", "phi"])
def test_pictures_of_states(variable):
    figure = pytest.importorskip("matplotlib.figure").Figure()
    sim = ns.Simulator(readouts(), models.ZIL(), batch_size=2)
    given_axes = figure.subplots()
    assert sim.draw(variable, replica=1, ax=given_axes) is given_axes
    assert sim.draw(variable).figure is not figure


def test_what_cannot_be_drawn():
    pytest.importorskip("matplotlib")
    with pytest.raises(NeurosimError, match="no populations"):
        ns.Network().draw()
    net = ns.Network.layered([1] * 700)
    with pytest.raises(NeurosimError, match=r"700 populations .* too many to see"):
        net.draw()
    sim = ns.Simulator(ns.Network.layered([1500, 501]), models.ZIL())
    with pytest.raises(NeurosimError, match="too many to see"):
        sim.draw()
    with pytest.raises(NeurosimError, match="Did you mean 'epsilon'"):
        ns.Simulator(readouts(), models.ZIL()).draw("epsilo")


DRAWN = """
import sys, types
{before}
import neurosim as ns
net = ns.Network.layered([2, 3, 1])
sim = ns.Simulator(net, ns.models.FaZIL())
phi = ns.SpikeMonitor(sim)
sim.present([1.0, 0.5], [0.0])
axes = net.draw(), sim.draw(), ns.plots.raster(phi)
pyplot = sys.modules.get("matplotlib.pyplot")
print(len(axes), None if pyplot is None else pyplot.get_fignums())
"""

_FAKE = """
events = types.SimpleNamespace(register=lambda *arguments: None)
shell = {}
fake = types.ModuleType("IPython")
fake.version_info, fake.get_ipython = (9, 0), lambda: shell
sys.modules["IPython"] = fake
"""


@pytest.mark.parametrize(
    ("before", "shown"),
    [
        ("", "3 None"),
        (_FAKE.format("None"), "3 None"),
        # A terminal shows nothing by itself.
        (_FAKE.format("types.SimpleNamespace(events=events)"), "3 None"),
        (_FAKE.format("types.SimpleNamespace(events=events, kernel=1)"), "3 [1, 2, 3]"),
        ("import matplotlib.pyplot", "3 [1, 2, 3]"),
    ],
    ids=["a program", "IPython imported", "IPython in a terminal", "a notebook", "pyplot"],
)
def test_pictures_are_shown_where_somebody_shows_what_pyplot_has(before, shown):
    pytest.importorskip("matplotlib")
    assert printed_by(DRAWN.format(before=before)).strip() == shown


def test_given_axes_are_drawn_into_in_a_notebook_too(monkeypatch):
    figure = pytest.importorskip("matplotlib.figure").Figure()
    running = SimpleNamespace(get_ipython=lambda: SimpleNamespace(kernel=1))
    monkeypatch.setitem(sys.modules, "IPython", running)
    ax = figure.subplots()
    assert readouts().draw(ax=ax) is ax
