"""Whether the derivative that a user gave of an activation is the derivative of its function."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from neurosim.rules.purity import source_of

__all__ = ["compare_slope"]

# At either side of 0, where no function that is written down has a kink.
_POINTS = [sign * 0.0173 * 1.31**n for n in range(24) for sign in (1, -1)]
#: Part of the largest slope that a derivative may be off by: approximations are, and so are small
#: leaks where a function is saturated.
TOLERANCE = 0.02
_seen: set[Any] = set()


def compare_slope(owner: str, function: Callable[..., Any], derivative: Callable[..., Any]) -> None:
    """Warn, once, of a derivative that is not that of the function.

    At points where the function is smooth: its slope to the left and to the right is the same, over
    steps of two sizes. There is no warning unless a derivative is wrong at several of these.

    Parameters
    ----------
    owner : str
        What they are of.
    function, derivative : callable
        f and f'.
    """
    known = source_of(function) or function, source_of(derivative) or derivative
    if known in _seen:
        return
    _seen.add(known)
    found = []
    for x in _POINTS:
        slope, given = _slope_at(function, x), _number(derivative, x)
        if slope is not None and given is not None:
            found.append((x, slope, given))
    largest = max((abs(slope) for _, slope, _ in found), default=0.0)
    wrong = [
        (x, slope, given)
        for x, slope, given in found
        if abs(given - slope) > TOLERANCE * max(abs(slope), abs(given))
        and abs(given - slope) > TOLERANCE * min(largest, 1.0)
    ]
    if len(wrong) > 2:
        x, slope, given = max(wrong, key=lambda each: abs(each[2] - each[1]) / abs(each[0]))
        warnings.warn(
            f"neurosim: the derivative of {owner} is not that of its function: at x = {x:.4g} it "
            f"is {given:.4g}, where the function has the slope {slope:.4g}; errors that are sent "
            "back are multiplied by what it gives",
            UserWarning,
            stacklevel=2,
        )


def _number(function: Callable[..., Any], x: float) -> float | None:
    """What a function gives, if it is a finite number."""
    plain = getattr(function, "py_func", function)
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = float(plain(x))
    except Exception:
        # Whatever a function of somebody else raises: compiled, it is looked at where it runs.
        return None
    return value if np.isfinite(value) else None


def _slope_at(function: Callable[..., Any], x: float) -> float | None:
    """Slope of a function; None where it is not smooth, or not defined all around."""
    slopes = []
    for step in (1e-3 * abs(x), 1e-4 * abs(x)):
        values = [_number(function, x + n * step) for n in (-1, 0, 1)]
        if None in values:
            return None
        left, here, right = (float(value) for value in values if value is not None)
        slopes += [(here - left) / step, (right - here) / step]
    middle = (slopes[2] + slopes[3]) / 2
    spread = max(slopes) - min(slopes)
    return middle if spread <= TOLERANCE / 2 * max(abs(middle), 1e-3) else None
