"""From what `Network.connect` is given to a projection, checked as a whole before it exists."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.description.connectors import AllToAll, Connector, Pairs
from neurosim.description.initializers import Initializer, XavierUniform
from neurosim.description.pattern import Pattern
from neurosim.description.projection import FEEDBACK, Projection, generator_for
from neurosim.errors import ArgumentError, ArgumentTypeError

__all__ = ["WeightsLike", "described"]

# 256 GiB of weights.
_MOST_PAIRS = 2**35
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
        shape[0] * shape[1] > _MOST_PAIRS
        and rule is None
        and mask is None
        and (not callable(getattr(weights, "tocoo", None)))
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
        plastic, initial = lender.plastic, lender.weights
        if "plastic" in (feedback, lender.feedback) and (
            feedback != lender.feedback or feedback_weights is not None
        ):
            raise ArgumentError(
                f"{owner}: feedback synapses that learn are lent with the weights: feedback must "
                f"be {lender.feedback!r}, as for {lender.name!r}, without feedback_weights"
            )
    elif callable(getattr(weights, "tocoo", None)):
        if rule is not None or mask is not None:
            raise ArgumentError(
                f"{owner}: sparse weights say what is connected; leave out the "
                f"{'rule' if rule is not None else 'mask'}"
            )
        pattern, initial = _sparse(owner, shape, weights)
    else:
        pattern = _pattern(owner, shape, rule, mask, seed, name)
        initial = _values(owner, "weights", shape, pattern, rule, weights)
    back: Any = None
    if feedback_weights is not None:
        back = _values(owner, "feedback_weights", shape, pattern, rule, feedback_weights)
    elif feedback == "fixed":
        back = XavierUniform()
    return Projection(name, pre, post, shape, pattern, initial, plastic, shares, feedback, back)


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
        try:
            chosen = np.asarray(mask)
        except ValueError:
            raise ArgumentTypeError(f"{owner}: mask is not a rectangular array") from None
        if chosen.dtype != np.bool_ or chosen.shape != shape:
            raise ArgumentTypeError(
                f"{owner}: mask must be an array of bool of shape {shape}, not {chosen.dtype} of "
                f"shape {chosen.shape}"
            )
        first, second = np.nonzero(chosen)
        return Pattern.of_pairs(owner, shape, first, second)[0]
    rule = AllToAll() if rule is None else rule
    if isinstance(rule, type) or not callable(getattr(rule, "pattern", None)):
        raise ArgumentTypeError(f"{owner}: rule must be one of neurosim.connectors, not {rule!r}")
    return rule.pattern(owner, shape, partial(generator_for, seed, f"{name} pattern"))


def _sparse(owner: str, shape: tuple[int, int], weights: Any) -> tuple[Pattern, npt.NDArray[Any]]:
    entries = weights.tocoo()
    if entries.shape != shape:
        raise ArgumentError(f"{owner}: weights must have shape {shape}, not {entries.shape}")
    pattern, order = Pattern.of_pairs(owner, shape, entries.row, entries.col)
    values = checks.finite_array(
        owner, "weights", entries.data[order], (pattern.synapse_count,), np.float64
    )
    return pattern, _frozen(values)


def _frozen(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    values = values.copy()
    values.flags.writeable = False
    return values


def _values(
    owner: str,
    argument: str,
    shape: tuple[int, int],
    pattern: Pattern | None,
    rule: Connector | None,
    weights: Any,
) -> Initializer | npt.NDArray[Any]:
    """Weights in the order of the projection, or the rule that draws them."""
    if isinstance(weights, type):
        raise ArgumentTypeError(f"{owner}: {argument} must be an array or a rule, not {weights!r}")
    if callable(getattr(weights, "draw", None)):
        return cast(Initializer, weights)
    if pattern is None:
        return _frozen(checks.finite_array(owner, argument, weights, shape, np.float64))
    if pattern.weight is None and np.shape(weights) == shape:
        values = checks.finite_array(owner, argument, weights, shape, np.float64)
        return _frozen(values[pattern.pre, pattern.post])
    kernel = getattr(rule, "weight_shape", None)
    if kernel is not None and np.shape(weights) == kernel:
        weights = np.ravel(weights)
    values = checks.finite_array(owner, argument, weights, (pattern.weight_count,), np.float64)
    return _frozen(values[rule.order] if isinstance(rule, Pairs) else values)
