"""The machine and the libraries that figures were measured with."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import time
from typing import Any

from neurosim.sweeps.machine import cpu

__all__ = ["Others", "available_bytes", "cores", "describe"]

_PEERS = ("torch", "jax", "ngclearn", "brian2", "nengo")
# What LLVM calls the sets of vector instructions, widest first, and bits per vector.
_WIDTHS = (("avx512f", 512), ("avx2", 256), ("avx", 256), ("sse2", 128), ("neon", 128))


def describe() -> dict[str, Any]:
    """Return the description that is written beside the figures."""
    import numpy as np

    features = _features()
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return {
        "cpu": cpu(),
        "architecture": platform.machine(),
        "system": platform.system(),
        "cores": cores(),
        "vector_bits": next((bits for name, bits in _WIDTHS if name in features), None),
        "memory": _memory(),
        "python": platform.python_version(),
        "blas": f"{blas.get('name')} {blas.get('version')}",
        **_versions("neurosim", "numpy", "numba", "llvmlite"),
        "peers": _versions(*_PEERS),
    }


def cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def available_bytes() -> int:
    """Return the memory that can be had without swapping, or 0 if the system does not say."""
    for text in _lines("/proc/meminfo"):
        if text.startswith("MemAvailable:"):
            return int(text.split()[1]) * 1024
    return 0


def _memory() -> str | None:
    """Return all memory, which does not change from run to run as what is available does."""
    try:
        size = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None
    return f"{size / 2**30:.1f} GiB"


class Others:
    """What other processes do from now on, to know whether figures are to be trusted."""

    def __init__(self) -> None:
        self._begun, self._before = time.perf_counter(), _busy_with_others()

    def cores(self) -> float | None:
        """Return how many cores they kept busy, or None if the system does not say."""
        now = _busy_with_others()
        if now is None or self._before is None:
            return None
        return round(max(0.0, now - self._before) / (time.perf_counter() - self._begun), 2)


def _busy_with_others() -> float | None:
    """Return seconds of all cores, less those of this process and its finished children."""
    first = _lines("/proc/stat")[:1]
    if not first:
        return None
    user, nice, system = (int(word) for word in first[0].split()[1:4])
    return (user + nice + system) / os.sysconf("SC_CLK_TCK") - sum(os.times()[:4])


def _features() -> set[str]:
    from llvmlite import binding

    return {name for name, present in binding.get_host_cpu_features().items() if present}


def _versions(*packages: str) -> dict[str, str]:
    found = {}
    for package in packages:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _lines(path: str) -> list[str]:
    try:
        with open(path) as stream:
            return stream.readlines()
    except OSError:
        return []
