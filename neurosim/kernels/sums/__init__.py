"""The three synaptic sums, prediction, feedback and plasticity, each in one fixed order.

`dense` has them for all-to-all projections, `active` without silent nodes, `parallel` on several
threads and `sparse` for patterns; all give the same bits. `transposes` keeps weights transposed
that are fed back through. Written are results, weights and copies of these; which nodes the numbers
belong to, and when they are summed, is not known here.
"""
