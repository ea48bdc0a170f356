"""What a simulation calls: arrays in, a status out. All of the state may be changed here.

`tick` is one tick, as the paper writes it, and the order of a tick is said nowhere else. `run` has
the entry points of single verbs, for which there are `settle`, `clamp` and `record`; `train` those
of whole batches; `backpropagation` is the reference that needs no ticks. Each entry point begins
with `opening`.
"""
