"""Functions compiled into loops that the engine calls by address: activations, sums, rules.

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

__all__ = ["compile_activation", "compile_sums", "compiled_loop", "kernel_digest"]

_ACTIVATION = """
from numba import carray, cfunc, types
from neurosim.kernels.machine.deferred import LoopCompiler

real = types.CPointer(types.{real})

@cfunc(types.void(real, real, real, types.int64), cache={cache}, error_model="numpy",
       pipeline_class=LoopCompiler)
def loop(x, f, slope, count):
    x, f, slope = carray(x, count), carray(f, count), carray(slope, count)
    for i in range(count):
        {body}
"""
_SUM = """
from numba import cfunc, types
from neurosim.kernels.machine.intrinsics import array_at

real, int64 = types.CPointer(types.{real}), types.int64

@cfunc(types.void(real, int64, real, int64, real, int64, int64, int64, int64, int64,
                  types.{real}), cache={cache})
def loop(a, a_stride, theta, theta_stride, b, b_stride, rows, pre, post, fresh, alpha):
    a, theta, b = array_at(a), array_at(theta), array_at(b)
    function0({blocks}, rows, pre, post, {last})
"""
_BLOCKS_WITH_THETA = "a, 0, a_stride, theta, 0, theta_stride, b, 0, b_stride"
_THETA_LAST = "a, 0, a_stride, b, 0, b_stride, theta, 0, theta_stride"
# In the place of its stride, a sparse projection has the address of its pattern.
_SPARSE_BLOCKS = "a, a_stride, theta, theta_stride, b, b_stride"
_SPARSE_THETA_LAST = "a, a_stride, b, b_stride, theta, theta_stride"


@lru_cache(maxsize=1)
def kernel_digest() -> str:
    """Hash of the source of all kernels, and of the versions that compile them."""
    versions = numba.__version__, llvmlite.__version__, np.__version__, sys.version
    digest = hashlib.sha256(" ".join(versions).encode())
    for path in sorted((Path(__file__).parents[1] / "kernels").rglob("*.py")):
        digest.update(path.name.encode() + path.read_bytes())
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


def compile_activation(functions: tuple[Callable[..., Any], ...], dtype: np.dtype[Any]) -> int:
    """Address of the loop x -> f(x), f'(x), from one function that returns both or from two."""
    body = "f[i], slope[i] = function0(x[i])"
    if len(functions) == 2:
        body = "f[i] = function0(x[i]); slope[i] = function1(x[i])"
    return compiled_loop(_ACTIVATION, functions, {"real": dtype.name, "body": body})


def _sums(threads: int, sparse: bool) -> tuple[Callable[..., Any], ...]:
    """Prediction, feedback and plasticity."""
    from neurosim.kernels.sums import dense as sums
    from neurosim.kernels.sums import parallel as parallel_sums
    from neurosim.kernels.sums import sparse as sparse_sums

    if sparse:
        return (
            sparse_sums.predict_sparsely,
            sparse_sums.feed_back_sparsely,
            sparse_sums.learn_sparsely,
        )
    if threads == 1:
        return sums.accumulate_prediction, sums.accumulate_feedback, sums.learn
    # Starts Numba's threads, without which parallel code cannot be loaded from the disk cache.
    numba.get_num_threads()
    return (
        parallel_sums.accumulate_prediction_in_parallel,
        parallel_sums.accumulate_feedback_in_parallel,
        parallel_sums.learn_in_parallel,
    )


def compile_sums(
    dtype: np.dtype[Any], threads: int, *, sparse: bool = False, skip_silent: bool = False
) -> tuple[int, int, int]:
    """Addresses of the three synaptic sums: prediction, feedback and plasticity.

    `skip_silent` says whether those that read f(x) may leave out what is zero.
    """
    addresses = []
    for number, function in enumerate(_sums(threads, sparse)):
        learns = number == 2
        blocks = _THETA_LAST if learns else _BLOCKS_WITH_THETA
        if sparse:
            blocks = _SPARSE_THETA_LAST if learns else _SPARSE_BLOCKS
        last = "alpha" if learns else "fresh != 0"
        if not sparse and threads == 1 and learns:
            # Plasticity is told here what will be read soon.
            last = "fresh, alpha"
        if not sparse and number != 1:
            last += f", {skip_silent}"
        if not sparse and threads > 1:
            last += f", {threads}"
        words = {"real": dtype.name, "blocks": blocks, "last": last}
        addresses.append(compiled_loop(_SUM, (function,), words))
    return tuple(addresses)  # type: ignore[return-value]
