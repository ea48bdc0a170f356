"""A run: a function by its name and what it is called with, which is what identifies it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

__all__ = ["Run", "canonical"]


def canonical(value: object) -> str:
    """Return the one text that stands for a value; the order of names in a mapping is no matter."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, eq=False)
class Run:
    """A call that is to be made once.

    Attributes
    ----------
    function : str
        Its module and its name there.
    arguments : dict
        What it is called with, by name, as JSON has it.
    """

    function: str
    arguments: dict[str, Any]

    @cached_property
    def identity(self) -> str:
        """SHA-256 of the function's name and the arguments, the same wherever it is taken."""
        text = canonical({"function": self.function, "arguments": self.arguments})
        return hashlib.sha256(text.encode()).hexdigest()
