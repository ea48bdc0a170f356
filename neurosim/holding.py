"""What objects that users hold are made of: what they show, and what may be set.

Nothing can be set that does not act: an unknown name, or one that is fixed, raises with a hint.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import Any, ClassVar, Generic, TypeVar, overload

from neurosim.errors import FixedError

__all__ = ["Held", "Shown"]

T = TypeVar("T")


class Shown(Generic[T]):
    """An attribute that shows what a function finds; one that acts may be set.

    Parameters
    ----------
    read : callable
        From the object that has the attribute to its value.
    doc : str
        What it is.
    write : callable, optional
        Called with the object and what it is set to; if not given, it cannot be set.
    """

    def __init__(
        self, read: Callable[[Any], T], doc: str, write: Callable[[Any, Any], object] | None = None
    ) -> None:
        self._read, self._write, self.__doc__ = read, write, doc

    @property
    def fset(self) -> Callable[[Any, Any], object] | None:
        """What sets it, as of a property; None if nothing does."""
        return self._write

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, holder: None, owner: type) -> Shown[T]: ...
    @overload
    def __get__(self, holder: object, owner: type) -> T: ...
    def __get__(self, holder: object, owner: type) -> Shown[T] | T:
        return self if holder is None else self._read(holder)

    def __set__(self, holder: object, value: Any) -> None:
        if self._write is None:
            raise FixedError(type(holder).__name__, self._name)
        self._write(holder, value)


class Held:
    """Base of objects that users hold: no attribute takes a value without effect."""

    __slots__ = ()

    #: What to do instead of setting what cannot be set, by name.
    _INSTEAD: ClassVar[dict[str, str]] = {}

    def __setattr__(self, name: str, value: Any) -> None:
        kind = type(self)
        known = getattr(kind, name, None)
        if name.startswith("_") or getattr(known, "fset", None) is not None:
            object.__setattr__(self, name, value)
            return
        raise FixedError(kind.__name__, name, self._hint(name, known is not None))

    def __delattr__(self, name: str) -> None:
        raise FixedError(type(self).__name__, name)

    def _hint(self, name: str, known: bool) -> str:
        if name in self._INSTEAD:
            return self._INSTEAD[name]
        if known:
            return "it is fixed"
        settable = [
            each for each in dir(type(self))
            if getattr(getattr(type(self), each), "fset", None) is not None
        ]  # fmt: skip
        close = difflib.get_close_matches(name, [*settable, *dir(type(self))], n=1)
        meant = f"; did you mean {close[0]!r}?" if close else ""
        allowed = ", ".join(map(repr, settable)) or "none"
        return f"there is no such attribute; those that can be set: {allowed}{meant}"
