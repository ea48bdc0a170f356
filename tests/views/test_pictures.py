"""Pictures of networks and of states."""

import numpy as np
import pytest
from oracles.networks import NETWORKS, readouts

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
