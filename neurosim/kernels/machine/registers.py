"""The vector registers of the machine that code is compiled for."""

from __future__ import annotations

import llvmlite.binding
from numba import config

__all__ = ["VECTOR_BYTES", "VECTOR_REGISTERS"]


def _host_vectors() -> tuple[int, int]:
    """Bytes in a vector register of the machine that code is compiled for, and their number.

    Numba keeps its cached code apart by the same features, so these may be compile-time constants.
    """
    if config.CPU_FEATURES is not None:
        features = {f[1:] for f in config.CPU_FEATURES.split(",") if f.startswith("+")}
    else:
        host = llvmlite.binding.get_host_cpu_features()
        features = {name for name, present in host.items() if present}
    if "avx512f" in features:
        return 64, 32
    if "avx" in features:
        return 32, 16
    if "neon" in features:
        return 16, 32
    return 16, 16


VECTOR_BYTES, VECTOR_REGISTERS = _host_vectors()
