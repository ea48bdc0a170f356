"""The catalogue of learning models, and backpropagation to compare them with."""

from .bp import BP
from .fa_z_il import FaZIL
from .il import IL
from .incremental_pc import IncrementalPC
from .z_il import ZIL

__all__ = ["BP", "IL", "ZIL", "FaZIL", "IncrementalPC"]
