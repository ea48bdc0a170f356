"""Compiled functions on arrays: they know no classes, no models and no globals.

All that a kernel reads and writes is in its arguments, arrays that its caller owns. There are six
groups of them; arrows point down only, so that each may import what is below it:

    verbs    what a simulation calls: run, settle, clamp, record, train
    nodes    what nodes and synapses do in a tick
    awake    who is awake, whom a tick looks at, whether all is quiet
    sums     the three synaptic sums, each in one fixed order
    arrays   how a network lies in memory
    machine  what Python has no words for, and how kernels are compiled

Start with `verbs/tick.py`, where a tick reads as the paper writes it.
"""
