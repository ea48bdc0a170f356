"""Sweeps: one function, called with every setting of a grid, and a row for each run.

`sweep` is the verb. Runs are independent: they are made in this process, by processes of this
machine, or on a Dask cluster, with the same bits, and each is on disk as soon as it ends. What goes
wrong in a run is a row, not the end of a sweep. May touch the foundation, and knows nothing of
networks.
"""

from neurosim.sweeps.sweeping import sweep

__all__ = ["sweep"]
