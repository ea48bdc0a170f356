"""How a network lies in memory: the arrays that all kernels above are given.

`layout` names their parts, `table` hands them over as addresses, and `rows` reads and sets the
flags of replicas. What the numbers mean, and when they change, is not known here.
"""
