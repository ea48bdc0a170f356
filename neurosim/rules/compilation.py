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
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import llvmlite
import numba
import numpy as np

from neurosim.errors import ArgumentError
from neurosim.kernels.machine.kept_files import is_trusted, say_nowhere, say_unkept, write_text
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


def _cache_folder() -> Path | None:
    """Where the texts of loops are kept; None if this user has no place."""
    root = os.environ.get("NEUROSIM_CACHE_DIR") or os.environ.get("NUMBA_CACHE_DIR")
    if root:
        return Path(root).absolute() / "neurosim-rules"
    try:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:
        return None
    return home / "neurosim" / "rules" if home.is_absolute() else None


def _load(text: str, name: str, functions: dict[str, Any], path: Path | None) -> ModuleType:
    module = ModuleType(name)
    vars(module).update(functions)
    # Numba finds the module of what it has cached by its name.
    sys.modules[name] = module
    filename = f"<{name}>" if path is None else str(path)
    exec(compile(text, filename, "exec"), vars(module))
    return module


def _place(name: str, text: str) -> Path | None:
    """Put the text of a module in its place, by which Numba finds what is compiled of it.

    None if that is not possible, which is said once.
    """
    folder = _cache_folder()
    if folder is None:
        say_nowhere()
        return None
    path = folder / f"{name}.py"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not is_trusted(str(folder), None):
            return None
        write_text(path, text)
    except OSError as error:
        say_unkept(error)
        return None
    return path


def _compile(
    template: str,
    functions: tuple[Callable[..., Any], ...],
    words: dict[str, str],
    owner: str,
    *,
    may_raise: bool,
) -> Any:
    sources = [source_of(function) for function in functions]
    compiled = {
        f"function{n}": function
        if hasattr(function, "py_func")
        else numba.njit(error_model="numpy")(function)
        for n, function in enumerate(functions)
    }
    key = hashlib.sha256(repr((template, sources, words, kernel_digest())).encode()).hexdigest()
    name = f"rule_{key[:24]}"
    text = template.format(cache=True, **words)
    path = None if None in sources else _place(name, text)
    if path is None:
        text = template.format(cache=False, **words)
    try:
        loop = _load(text, name, compiled, path).loop
        if not loop.find():
            loop.make()
            if not may_raise and any(map(_raises, compiled.values())):
                raise ArgumentError(
                    f"{owner} can raise an error, for which there is no place where it runs: leave "
                    "out assert, and what fails for some numbers; a function made by numba.njit "
                    'divides by zero without an error if it has the option error_model="numpy"'
                )
            loop.keep()
    except (numba.core.errors.NumbaError, AttributeError, NotImplementedError) as error:
        raise ArgumentError(f"{owner} cannot be compiled: {_reason(error, functions)}") from error
    return loop


def _raises(compiled: Any) -> bool:
    """Whether a compiled function may raise: what it would raise is in its code as a pickle."""
    codes: dict[Any, str] = compiled.inspect_llvm()
    return any(".const.picklebuf" in code for code in codes.values())


def _reason(error: Exception, functions: tuple[Callable[..., Any], ...]) -> str:
    """What Numba complains of, and the line of a function that it means."""
    lines = [line.strip() for line in str(error).splitlines()]
    told = [line for line in lines if line and not line.startswith("Failed in nopython mode")]
    if told[0].endswith("signature:"):
        # What follows is the signature.
        told[0] += f" {next(line for line in told[1:] if line != '>>>').removeprefix('>>> ')}"
    for function in functions:
        file = getattr(function, "py_func", function).__code__.co_filename
        place = re.compile(rf'File "[^"]*{re.escape(Path(file).name)}", line (\d+):')
        for line in lines:
            if found := place.match(line):
                number = int(found[1])
                return f"{told[0]} (line {number}: {linecache.getline(file, number).strip()})"
    return told[0]


_loops: dict[tuple[Any, ...], Any] = {}


def compiled_loop(
    template: str,
    functions: tuple[Callable[..., Any], ...],
    words: dict[str, str],
    owner: str,
    *,
    may_raise: bool = True,
) -> int:
    """Address of the loop that a template makes of functions, compiled once.

    Parameters
    ----------
    template : str
        A module that makes the callback `loop` of ``function0`` and so on; its words in braces are
        filled in.
    functions : tuple of callable
        What is called.
    words : dict of str to str
        The words.
    owner : str
        What the functions are, to begin an error with.
    may_raise : bool
        Whether the loop can do with functions that raise an error.
    """
    # What a function is known by is what it computes, helpers included, if that can be told.
    known = tuple(source_of(function) or function for function in functions)
    key = (template, known, *sorted(words.items()))
    if key not in _loops:
        _loops[key] = _compile(template, functions, words, owner, may_raise=may_raise)
    return int(_loops[key].address)
