"""What a network is: a description, without state.

`network.Description` is populations, projections and a seed; `neurosim.Network` adds what shows it
and writes it down. A population has an activation, a projection a pattern (which nodes are
connected, made by connectors) and initial weights (given, or drawn by initializers); `builders`
makes common networks. What follows from a description alone is here, too: levels, roles, the relays
that levels ask for, and what single nodes are called.

It may use the foundation, and the functions of built-in activations in `kernels.nodes.elementary`.
"""
