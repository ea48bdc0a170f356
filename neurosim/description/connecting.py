"""From what `Network.connect` is given to a projection, checked as a whole before it exists."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import partial
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.description.arranging import arranged, is_sparse, kernel_shape
from neurosim.description.connectors import AllToAll, Connector, Pairs
from neurosim.description.initializers import Initializer, XavierUniform
from neurosim.description.pattern import MOST_WEIGHTS, Pattern
from neurosim.description.projection import FEEDBACK, Projection, generator_for
from neurosim.errors import ArgumentError, ArgumentTypeError

__all__ = ["WeightsLike", "described"]

WeightsLike = Initializer | npt.ArrayLike | Projection


def described(
    name: str,
    pre: str,
    post: str,
    shape: tuple[int, int],
    projections: Mapping[str, Projection],
    seed: int,
    rule: Connector | None,
    weights: WeightsLike | None,
    mask: npt.ArrayLike | None,
    plastic: bool | None,
    feedback: str,
    feedback_weights: WeightsLike | None,
) -> Projection:
    """Return the projection; see `Network.connect`."""
    owner = f"projection {name!r}"
    if (
        shape[0] * shape[1] > MOST_WEIGHTS
        and (rule is None or isinstance(rule, AllToAll))
        and mask is None
        and not is_sparse(weights)
    ):
        raise ArgumentError(
            f"{owner}: all-to-all, {shape[0]:,} x {shape[1]:,} synapses are too many; give a rule"
        )
    checks.choice(owner, "feedback", feedback, FEEDBACK)
    if plastic is None:
        plastic = bool(getattr(rule, "plastic", True))
    checks.boolean(owner, "plastic", plastic)
    if feedback == "shared" and feedback_weights is not None:
        raise ArgumentError(
            f'{owner}: feedback_weights need feedback="plastic" or "fixed"; it is "shared"'
        )
    if weights is None:
        weights = cast(WeightsLike, getattr(rule, "weights", XavierUniform()))
    shares = None
    if isinstance(weights, Projection):
        lender = weights
        if projections.get(lender.name) is not lender:
            raise ArgumentError(f"{owner}: weights must be a projection of the same network")
        shares = lender.shares or lender.name
        pattern = _pattern(owner, shape, rule, mask, seed, name) or (
            lender.pattern if lender.shape == shape else None
        )
        if (pattern is None) != (lender.pattern is None) or lender.weight_shape != (
            shape if pattern is None else (pattern.weight_count,)
        ):
            raise ArgumentError(
                f"{owner}: the weights of {lender.name!r} have shape {lender.weight_shape}; they "
                "do not fit"
            )
        plastic, initial, kernel = lender.plastic, lender.weights, lender.kernel
        if "plastic" in (feedback, lender.feedback) and (
            feedback != lender.feedback or feedback_weights is not None
        ):
            raise ArgumentError(
                f"{owner}: feedback synapses that learn are lent with the weights: feedback must "
                f"be {lender.feedback!r}, as for {lender.name!r}, without feedback_weights"
            )
    elif is_sparse(weights):
        if rule is not None or mask is not None:
            raise ArgumentError(
                f"{owner}: sparse weights say what is connected; leave out the "
                f"{'rule' if rule is not None else 'mask'}"
            )
        pattern, initial, kernel = *_sparse(owner, shape, weights), None
    else:
        pattern = _pattern(owner, shape, rule, mask, seed, name)
        kernel = kernel_shape(rule, pattern)
        initial = _values(owner, "weights", shape, pattern, kernel, rule, weights)
    may_be_empty = isinstance(weights, Projection) or getattr(rule, "allow_empty", False)
    if pattern is not None and not pattern.synapse_count and not may_be_empty:
        raise ArgumentError(f"{owner}: no pair of nodes is connected{_chance(rule, shape)}")
    back: Any = None
    if feedback_weights is not None:
        back = _values(owner, "feedback_weights", shape, pattern, kernel, rule, feedback_weights)
    elif feedback == "fixed":
        back = XavierUniform()
    return Projection(
        name, pre, post, shape, pattern, initial, plastic, shares, feedback, back, kernel
    )


def _pattern(
    owner: str,
    shape: tuple[int, int],
    rule: Connector | None,
    mask: npt.ArrayLike | None,
    seed: int,
    name: str,
) -> Pattern | None:
    if rule is not None and mask is not None:
        raise ArgumentError(f"{owner}: give a rule or a mask, not both")
    if mask is not None:
        if np.ma.is_masked(mask):
            raise ArgumentTypeError(f"{owner}: mask must not be a masked array")
        chosen = checks.any_array(owner, "mask", mask)
        if chosen.dtype != np.bool_ or chosen.shape != shape:
            raise ArgumentTypeError(
                f"{owner}: mask must be an array of bool of shape {shape}, not {chosen.dtype} of "
                f"shape {chosen.shape}"
            )
        first, second = np.nonzero(chosen)
        return Pattern.of_pairs(owner, shape, first, second)[0]
    rule = AllToAll() if rule is None else rule
    if isinstance(rule, type) or not callable(getattr(rule, "pattern", None)):
        raise ArgumentTypeError(
            f"{owner}: rule must be one of neurosim.connectors, not {rule!r}{checks.made(rule)}"
        )
    pattern = rule.pattern(owner, shape, partial(generator_for, seed, f"{name} pattern"))
    if pattern is not None and not isinstance(pattern, Pattern):
        raise ArgumentTypeError(
            f"{owner}: the rule {rule!r} must return a Pattern, or None for all pairs, not "
            f"{pattern!r:.200}"
        )
    if pattern is not None and type(pattern) is not Pattern:
        # What a subclass has overridden was not checked.
        parts = pattern.shape, pattern.pre, pattern.post, pattern.weight, pattern.weight_count
        pattern = Pattern(*parts)
    if pattern is not None and pattern.shape != shape:
        raise ArgumentError(
            f"{owner}: the rule {rule!r} returned a pattern of {pattern.shape[0]} x "
            f"{pattern.shape[1]} nodes, but the populations have {shape[0]} and {shape[1]}"
        )
    return pattern


def _chance(rule: object, shape: tuple[int, int]) -> str:
    """Say how often chance leaves all pairs apart, and what to do, if a rule can say it."""
    explain = getattr(rule, "why_empty", None)
    return f"; {explain(shape)}" if callable(explain) else ""


def _sparse(owner: str, shape: tuple[int, int], weights: Any) -> tuple[Pattern, npt.NDArray[Any]]:
    entries = weights.tocoo()
    if tuple(entries.shape) != shape:
        raise ArgumentError(f"{owner}: weights must have shape {shape}, not {tuple(entries.shape)}")
    pattern, order = Pattern.of_pairs(owner, shape, entries.row, entries.col)
    values = checks.finite_array(
        owner, "weights", entries.data[order], (pattern.synapse_count,), np.float64
    )
    return pattern, values


def _values(
    owner: str,
    argument: str,
    shape: tuple[int, int],
    pattern: Pattern | None,
    kernel: tuple[int, ...] | None,
    rule: Connector | None,
    weights: Any,
) -> Initializer | npt.NDArray[Any]:
    """Weights in the order of the projection, or the rule that draws them."""
    if isinstance(weights, type):
        raise ArgumentTypeError(
            f"{owner}: {argument} must be an array or a rule, not {weights!r}{checks.made(weights)}"
        )
    draw = getattr(weights, "draw", None)
    if callable(draw):
        try:
            inspect.signature(draw).bind(None, (1,), 1.0, 1.0)
        except (TypeError, ValueError):
            raise ArgumentTypeError(
                f"{owner}: {argument} must be an array, or a rule with a method "
                f"draw(generator, shape, fan_in, fan_out), not {weights!r:.200}"
            ) from None
        return cast(Initializer, weights)
    values = arranged(owner, argument, weights, shape, pattern, kernel, np.float64)
    # Those of a list of pairs are in the order of the list.
    of_a_list = isinstance(rule, Pairs) and not is_sparse(weights) and np.ndim(weights) == 1
    return values[cast(Pairs, rule).order] if of_a_list else values
