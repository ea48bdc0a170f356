"""What value nodes, error nodes, gates and synapses do in a tick, each for itself.

`value_nodes`, `error_nodes`, `gates`, `rest` and `synapses` go from population to population;
`pointwise` and `elementary` have the arithmetic, on blocks of numbers. What is proposed goes to the
blocks called *_next, and what commits it is called by `verbs`, which are above and not known here.
"""
