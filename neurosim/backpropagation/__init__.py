"""Backpropagation over the same arrays: the reference for all models.

`backpropagation.Backpropagation` runs it; its updates are made in the engine's order of summation
(`engine_order`), for comparisons with ==, or by NumPy's matrix products (`numpy_order`).

It may use `simulation` (samples, prediction) and what is below it.
"""
