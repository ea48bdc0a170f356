"""A described network as arrays that kernels work on.

`lowering` lays all out: `node_blocks` the state of nodes, `weight_blocks` the weights.
`fresh_state` is how it begins, `forgetting` what may be dropped of it. `loops` compiles activations
and sums, `compile_cache` keeps stale code away. `guard` calls kernels with a way back from an
overflow, and `faults` names the number that overflowed.

It may use `description`, `rules`, `kernels` and the foundation.
"""
