"""Graphs whose attributes were damaged: only clear errors arise."""

import io

import networkx as nx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracles.networks import (
    a_kernel_lent,
    biased,
    feedback_synapses,
    layered,
    readouts,
)

import neurosim as ns
from neurosim import models
from neurosim.errors import NeurosimError


@pytest.mark.parametrize("name", ["weight", "index", "plastic"])
def test_graphml_with_the_wrong_types_is_refused(name):
    file = io.BytesIO()
    nx.write_graphml(layered().to_networkx(), file)
    text = file.getvalue().decode()
    for kind in ("double", "long", "boolean"):
        text = text.replace(f'attr.name="{name}" attr.type="{kind}"',
                            f'attr.name="{name}" attr.type="string"')  # fmt: skip
    with pytest.raises(NeurosimError, match=f"'.*': {name} must be .*, not '"):
        ns.Network.from_networkx(nx.read_graphml(io.BytesIO(text.encode())))


slow = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


@slow
@given(st.data())
def test_whatever_an_attribute_is_only_clear_errors_arise(data):
    anything = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, 12),
        st.integers(),
        st.floats(),
        st.text(max_size=3),
        st.lists(st.integers(), max_size=2),
        st.sampled_from(["a", "b", "a->b", "b->d", "input", "constant", "plastic", "relu"]),
    )
    make = data.draw(st.sampled_from([a_kernel_lent, readouts, biased, feedback_synapses]))
    net = make()
    described = data.draw(st.sampled_from([net, ns.Simulator(net, models.ZIL())]))
    graph = described.to_networkx()
    for _ in range(data.draw(st.integers(1, 3))):
        if data.draw(st.booleans()):
            attributes = graph.nodes[data.draw(st.sampled_from(sorted(graph)))]
        else:
            attributes = graph.edges[data.draw(st.sampled_from(sorted(graph.edges)))]
        name = data.draw(st.sampled_from(sorted(attributes) or ["weight"]))
        if data.draw(st.booleans()):
            attributes.pop(name, None)
        else:
            attributes[name] = data.draw(anything)
    try:
        net = ns.Network.from_networkx(graph)
    except NeurosimError:
        return
    assert net.summary()
