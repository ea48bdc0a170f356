"""What a model reads and needs, tested on copies of a network.

`audit` says what was found; `probe` disturbs copies of a simulation, `backpropagation_probe` copies
of backpropagation; `comparing` has what both compare.

It may use `simulation`, `backpropagation` and what is below them.
"""
