"""The machine that a run is made on, in words."""

from __future__ import annotations

import functools
import importlib.metadata
import platform

__all__ = ["cpu", "versions"]


@functools.cache
def cpu() -> str:
    """Return the name of the processor, as far as the system tells it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as stream:
            for line in stream:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


@functools.cache
def versions() -> str:
    """Return the versions of what has a part in the bits of a run."""
    found = [f"python {platform.python_version()}"]
    for package in ("numpy", "numba", "neurosim"):
        try:
            found.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return ", ".join(found)
