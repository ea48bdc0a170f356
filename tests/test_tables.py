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
        assert (
            "<tr><td>out &amp; in</td><td>2</td><td>tanh</td><td>0</td><td>output</td></tr>" in text
        )
        assert "<tr><td>&lt;b&gt;-&gt;out &amp; in</td><td>3 x 2</td></tr>" in text
