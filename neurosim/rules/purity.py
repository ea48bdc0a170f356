"""What a function depends on beside its arguments, which is what its compiled form is known by."""

from __future__ import annotations

import builtins
import dis
import math
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any

__all__ = ["BUILTINS", "outside_names", "source_of"]

#: What a compiled function may call.
BUILTINS = ("abs", "bool", "float", "int", "max", "min", "round")


def _plain(function: Callable[..., Any]) -> Any:
    return getattr(function, "py_func", function)


def _globals_of(function: Callable[..., Any]) -> Iterator[tuple[str, Any]]:
    plain = _plain(function)
    for instruction in dis.get_instructions(plain.__code__):
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            name = str(instruction.argval)
            yield name, plain.__globals__.get(name, getattr(builtins, name, None))


def _is_known(name: str, value: Any) -> bool:
    return value is math or (name in BUILTINS and value is getattr(builtins, name))


def outside_names(function: Callable[..., Any]) -> Iterator[str]:
    """Variables of an enclosing function, and globals, whose present values Numba would freeze.

    Functions within the function are named, too. The module math, some built-in functions and
    functions made by ``numba.njit`` are none; what these use in turn is.
    """
    yield from _outside(function, [])


def _outside(function: Callable[..., Any], seen: list[Any]) -> Iterator[str]:
    seen.append(function)
    code = _plain(function).__code__
    yield from code.co_freevars
    yield from (each.co_name for each in code.co_consts if isinstance(each, CodeType))
    for name, value in _globals_of(function):
        if hasattr(value, "py_func"):
            if value not in seen:
                yield from _outside(value, seen)
        elif not _is_known(name, value):
            yield name


def source_of(function: Callable[..., Any]) -> str | None:
    """Text that determines what a function computes, and of which module it is.

    None if that cannot be known.
    """
    plain = _plain(function)
    if plain.__module__.startswith("neurosim.kernels."):
        return f"{plain.__module__}.{plain.__qualname__}"
    code: CodeType = plain.__code__
    if any(outside_names(function)):
        return None
    called = [
        (name, "itself" if value is function else source_of(value))
        for name, value in _globals_of(function)
        if hasattr(value, "py_func")
    ]
    defaults = plain.__defaults__, sorted((plain.__kwdefaults__ or {}).items())
    options = sorted(map(repr, getattr(function, "targetoptions", {}).items()))
    # What is cached on disk is of a module, which it imports when it is loaded.
    module = plain.__globals__.get("__name__")
    texts = code.co_code, code.co_consts, code.co_names, code.co_varnames, module
    return repr((texts, defaults, options, called))
