"""Networks as networkx graphs of single neurons, and back.

A node of the graph is a neuron, an edge a synapse. Attributes of nodes: `activation`, `role`
("input", "hidden", "output", "constant"), and, where a network was written, `population` and
`index`. Attributes of edges: `weight`, `plastic`, `feedback`, `feedback_weight`, and, where a
weight is used more than once, `shares`, the projection whose weights these are, and `number`, by
which they are told apart. All are plain words and numbers, as GraphML wants.

It may use `description` and `simulation`: `reading` puts `neurons` and `edges` together into a
description, in which `bundles` makes projections; `writing` is the way back.
"""
