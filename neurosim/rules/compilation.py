"""Functions compiled into loops that the engine calls by address.

The loop is written once, as a module of Python text in a cache folder named by a hash of everything
that it depends on, so that Numba's disk cache serves it in later processes and never a stale one.
"""

from __future__ import annotations

import hashlib
import linecache
import os
import re
import sys
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import llvmlite
import numba
import numpy as np

from neurosim.errors import ArgumentError
from neurosim.rules.purity import source_of

__all__ = ["compiled_loop", "kernel_digest"]


@lru_cache(maxsize=1)
def kernel_digest() -> str:
    """Hash of the source of all kernels, and of the versions that compile them."""
    versions = numba.__version__, llvmlite.__version__, np.__version__, sys.version
    digest = hashlib.sha256(" ".join(versions).encode())
    kernels = Path(__file__).parents[1] / "kernels"
    for path in sorted(kernels.rglob("*.py")):
        digest.update(str(path.relative_to(kernels)).encode() + path.read_bytes())
    return digest.hexdigest()


def _cache_folder() -> Path:
    root = os.environ.get("NEUROSIM_CACHE_DIR") or os.environ.get("NUMBA_CACHE_DIR")
    if root:
        return Path(root) / "neurosim-rules"
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "neurosim" / "rules"


def _load(text: str, name: str, functions: dict[str, Any], path: Path | None) -> ModuleType:
    module = ModuleType(name)
    vars(module).update(functions)
    # Numba finds the module of what it has cached by its name.
    sys.modules[name] = module
    filename = f"<{name}>" if path is None else str(path)
    exec(compile(text, filename, "exec"), vars(module))
    return module


def _write(path: Path, text: str) -> bool:
    """Put the module in its place, whole or not at all; False if that is not possible."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if path.exists() and path.read_text() == text:
            return True
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "w") as stream:
            stream.write(text)
        os.replace(temporary, path)
    except OSError:
        return False
    return True


def _compile(template: str, functions: tuple[Callable[..., Any], ...], **words: str) -> Any:
    # A rule that Numba refuses fails here, where its name can be told.
    sources = [source_of(function) for function in functions]
    compiled = {
        f"function{n}": function
        if hasattr(function, "py_func")
        else numba.njit(error_model="numpy")(function)
        for n, function in enumerate(functions)
    }
    key = hashlib.sha256(repr((template, sources, words, kernel_digest())).encode()).hexdigest()
    name = f"rule_{key[:24]}"
    path = _cache_folder() / f"{name}.py"
    text = template.format(cache=True, **words)
    try:
        if None not in sources and _write(path, text):
            try:
                return _load(text, name, compiled, path).loop
            except ImportError:
                # What is on disk is of a module that no process can import: it is made anew.
                pass
        return _load(template.format(cache=False, **words), name, compiled, None).loop
    except (numba.core.errors.NumbaError, AttributeError, NotImplementedError) as error:
        rule = functions[0]
        raise ArgumentError(
            f"the rule {rule.__name__!r} cannot be compiled: {_reason(error, rule)}"
        ) from error


def _reason(error: Exception, rule: Callable[..., Any]) -> str:
    """What Numba complains of, and the line of the rule that it means."""
    lines = [line.strip() for line in str(error).splitlines()]
    told = [line for line in lines if line and not line.startswith("Failed in nopython mode")]
    if told[0].endswith("signature:"):
        # What follows is the signature.
        told[0] += f" {next(line for line in told[1:] if line != '>>>').removeprefix('>>> ')}"
    code = getattr(rule, "py_func", rule).__code__
    place = re.compile(rf'File "[^"]*{re.escape(Path(code.co_filename).name)}", line (\d+):')
    for line in lines:
        if found := place.match(line):
            number = int(found[1])
            source = linecache.getline(code.co_filename, number).strip()
            return f"{told[0]} (line {number}: {source})"
    return told[0]


_loops: dict[tuple[Any, ...], Any] = {}


def compiled_loop(
    template: str, functions: tuple[Callable[..., Any], ...], words: dict[str, str]
) -> int:
    """Address of the loop that a template makes of functions, compiled once."""
    # What a function is known by is what it computes, helpers included, if that can be told.
    known = tuple(source_of(function) or function for function in functions)
    key = (template, known, *sorted(words.items()))
    if key not in _loops:
        _loops[key] = _compile(template, functions, **words)
    return int(_loops[key].address)
