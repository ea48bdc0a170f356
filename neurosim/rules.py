"""Scalar rules (activations, gates) compiled into loops that the engine calls by address.

The loop is written once, as a module of Python text in a cache folder named by a hash of everything
that it depends on, so that Numba's disk cache serves it in later processes and never a stale one.
"""

from __future__ import annotations

import hashlib
import inspect
import os
import sys
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numba
import numpy as np

from neurosim.errors import ArgumentError

__all__ = ["GATE_READS", "compile_activation", "compile_gate", "compile_sums", "kernel_digest"]

#: What a gate may read: the state of its own error node, its own timer and level, and, for a model
#: that says so, a signal from outside.
GATE_READS = ("epsilon", "mu", "phi", "timer", "level", "signal")

_ACTIVATION = """
from numba import carray, cfunc, types

real = types.CPointer(types.{real})

@cfunc(types.void(real, real, real, types.int64), cache={cache}, error_model="numpy")
def loop(x, f, slope, count):
    x, f, slope = carray(x, count), carray(f, count), carray(slope, count)
    for i in range(count):
        {body}
"""
_GATE = """
from numba import carray, cfunc, types
real, byte, int64 = types.CPointer(types.{real}), types.CPointer(types.uint8), types.int64

@cfunc(int64(real, real, real, byte, byte, int64, int64, int64, int64), cache={cache},
       error_model="numpy")
def loop(epsilons, mus, drives, phis, opens, level, timer, signal, count):
    epsilons, mus, drives = carray(epsilons, count), carray(mus, count), carray(drives, count)
    phis, opens = carray(phis, count), carray(opens, count)
    total = 0
    for i in range(count):
        epsilon, mu, phi = epsilons[i], mus[i], phis[i] != 0
        gate = function0({arguments})
        drives[i] = epsilon if gate else epsilon * 0
        opens[i] = 1 if gate else 0
        total += opens[i]
    return total
"""

_SUM = """
from numba import carray, cfunc, types

real, int64 = types.CPointer(types.{real}), types.int64

@cfunc(types.void(real, int64, real, int64, real, int64, int64, int64, int64, int64,
                  types.{real}), cache={cache})
def loop(a, a_stride, theta, theta_stride, b, b_stride, rows, pre, post, fresh, alpha):
    a, theta, b = carray(a, 1), carray(theta, 1), carray(b, 1)
    function0({blocks}, rows, pre, post, {last}{threads})
"""
_BLOCKS_WITH_THETA = "a, 0, a_stride, theta, 0, theta_stride, b, 0, b_stride"
_THETA_LAST = "a, 0, a_stride, b, 0, b_stride, theta, 0, theta_stride"
# In the place of its stride, a sparse projection has the address of its pattern.
_SPARSE_BLOCKS = "a, a_stride, theta, theta_stride, b, b_stride"
_SPARSE_THETA_LAST = "a, a_stride, b, b_stride, theta, theta_stride"


@lru_cache(maxsize=1)
def kernel_digest() -> str:
    """Hash of the source of all kernels, and of the versions that compile them."""
    digest = hashlib.sha256(f"{numba.__version__} {np.__version__} {sys.version}".encode())
    for path in sorted((Path(__file__).parent / "kernels").glob("*.py")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def _cache_folder() -> Path:
    root = os.environ.get("NEUROSIM_CACHE_DIR") or os.environ.get("NUMBA_CACHE_DIR")
    if root:
        return Path(root) / "neurosim-rules"
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "neurosim" / "rules"


def _source(function: Callable[..., Any]) -> str | None:
    """Text that determines what a function computes, or None if that cannot be known."""
    plain = getattr(function, "py_func", function)
    if plain.__module__.startswith("neurosim.kernels."):
        return f"{plain.__module__}.{plain.__qualname__}"
    if plain.__code__.co_freevars:
        return None
    if any(name not in ("abs", "max", "min") for name in plain.__code__.co_names):
        return None
    return repr((plain.__code__.co_code, plain.__code__.co_consts, plain.__code__.co_varnames))


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
    sources = [_source(function) for function in functions]
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
            return _load(text, name, compiled, path).loop
        return _load(template.format(cache=False, **words), name, compiled, None).loop
    except numba.core.errors.NumbaError as error:
        lines = [line for line in str(error).splitlines() if line.strip()]
        raise ArgumentError(
            f"the rule {functions[0].__name__!r} cannot be compiled: {lines[-1].strip()}"
        ) from error


_loops: dict[tuple[Any, ...], Any] = {}


def compile_activation(functions: tuple[Callable[..., Any], ...], dtype: np.dtype[Any]) -> int:
    """Address of the loop x -> f(x), f'(x), from one function that returns both or from two."""
    key = (functions, dtype)
    if key not in _loops:
        body = "f[i], slope[i] = function0(x[i])"
        if len(functions) == 2:
            body = "f[i] = function0(x[i]); slope[i] = function1(x[i])"
        _loops[key] = _compile(_ACTIVATION, functions, real=dtype.name, body=body)
    return int(_loops[key].address)


def gate_reads(gate: Callable[..., Any]) -> tuple[str, ...]:
    """Names of what a gate reads; refuses anything that is not its own."""
    names = tuple(inspect.signature(gate).parameters)
    for name in names:
        if name not in GATE_READS:
            raise ArgumentError(
                f"the gate {gate.__name__!r} reads {name!r}; allowed: {', '.join(GATE_READS)}"
            )
    return names


def compile_gate(gate: Callable[..., Any], dtype: np.dtype[Any]) -> int:
    """Address of the loop that gates a block of error nodes."""
    key = (gate, dtype)
    if key not in _loops:
        arguments = ", ".join(gate_reads(gate))
        _loops[key] = _compile(_GATE, (gate,), real=dtype.name, arguments=arguments)
    return int(_loops[key].address)


def _sums(threads: int, sparse: bool) -> tuple[Callable[..., Any], ...]:
    """Prediction, feedback and plasticity."""
    from neurosim.kernels import parallel_sums, sparse_sums, sums

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
    dtype: np.dtype[Any], threads: int, *, sparse: bool = False
) -> tuple[int, int, int]:
    """Addresses of the three synaptic sums: prediction, feedback and plasticity."""
    addresses = []
    for number, function in enumerate(_sums(threads, sparse)):
        learns = number == 2
        key = (function, dtype, threads)
        if key not in _loops:
            blocks = _THETA_LAST if learns else _BLOCKS_WITH_THETA
            if sparse:
                blocks = _SPARSE_THETA_LAST if learns else _SPARSE_BLOCKS
            _loops[key] = _compile(
                _SUM,
                (function,),
                real=dtype.name,
                blocks=blocks,
                last="alpha" if learns else "fresh != 0",
                threads="" if sparse or threads == 1 else f", {threads}",
            )
        addresses.append(int(_loops[key].address))
    return tuple(addresses)  # type: ignore[return-value]
