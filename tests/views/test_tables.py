"""Networks as tables in notebooks."""

import neurosim as ns
from neurosim import models


def test_names_are_escaped():
    net = ns.Network(seed=0)
    net.add_population("<b>", 3)
    net.add_population("out & in", 2, "tanh")
    net.connect("<b>", "out & in")
    for shown in (net, ns.Simulator(net, models.ZIL())):
        text = shown._repr_html_()
        assert "<b>" not in text
        row = "<tr><td>out &amp; in</td><td>2</td><td>tanh</td><td>0</td><td>output</td></tr>"
        assert row in text
        assert "<tr><td>&lt;b&gt;-&gt;out &amp; in</td><td>6</td><td>all to all</td>" in text


def chain(count):
    net = ns.Network(seed=0)
    for n in range(count):
        net.add_population(f"p{n}", 3, "tanh")
        if n:
            net.connect(f"p{n - 1}", f"p{n}")
    return net


def test_a_summary_of_a_large_network_stays_short():
    net = chain(500)
    net.connect("p1", "p499")
    text = net.summary()
    assert len(text.splitlines()) < 100
    assert "500 populations of 1,500 nodes, 4,500 synapses, l_max = 499" in text
    assert "... 460 more ..." in text
    assert "1,491 relay nodes" in text
    assert text.count("\np") == 82
    assert "<td>p499</td>" in net._repr_html_()
    assert "<td>p250</td>" not in net._repr_html_()


def test_long_names_are_shortened():
    net = ns.Network(seed=0)
    net.add_population("in" * 300, 1)
    net.add_population("out", 1)
    net.connect("in" * 300, "out")
    assert max(map(len, net.summary().splitlines())) < 120


def test_relays_and_readouts_are_counted():
    net = chain(4)
    net.add_population("side", 2, "tanh", output=True)
    for pre, post in (("p0", "side"), ("side", "p2"), ("p1", "p3"), ("p0", "p3")):
        net.connect(pre, post)
    text = net.summary()
    wiring = ns.Simulator(net, models.ZIL()).wiring
    for kind in ("relay", "readout"):
        count = sum(p.size for n, p in wiring.populations.items() if f".{kind}" in n)
        assert f"{count} {kind} nodes, added where" in text


def test_a_network_that_is_not_complete_is_described_all_the_same():
    net = ns.Network(seed=0)
    assert "0 populations of 0 nodes" in net.summary()
    net.add_population("a", 1)
    net.add_population("b", 1)
    assert "has no projections; connect it or leave it out" in net.summary()
    net.connect("a", "b")
    net.connect("b", "a")
    assert "incomplete: the projections form a cycle: a -> b -> a" in net.summary()
    assert "incomplete" in net._repr_html_()
