"""What objects that users hold are made of: attributes that show something, and say what it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

__all__ = ["Shown"]

T = TypeVar("T")
Self = TypeVar("Self")


class Shown(Generic[T]):
    """An attribute that shows what a function finds, and that cannot be set.

    Parameters
    ----------
    read : callable
        From the object that has the attribute to its value.
    doc : str
        What it is.
    """

    def __init__(self, read: Callable[[Any], T], doc: str) -> None:
        self._read, self.__doc__ = read, doc

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = f"{owner.__name__}.{name}"

    @overload
    def __get__(self, holder: None, owner: type) -> Shown[T]: ...
    @overload
    def __get__(self, holder: object, owner: type) -> T: ...
    def __get__(self, holder: object, owner: type) -> Shown[T] | T:
        return self if holder is None else self._read(holder)

    def __set__(self, holder: object, value: object) -> None:
        raise AttributeError(f"{self._name} cannot be set")
