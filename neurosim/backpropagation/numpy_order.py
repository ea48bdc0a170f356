"""Updates by NumPy's matrix products, which are independent of the engine.

As a good engineer would write them: nothing is allocated in an update, what can be one call for all
populations is one call, and weights are looked at once in a while. An update is always the same
calls on the same arrays, which are written down once.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim.backpropagation.numpy_functions import ACTIVATIONS, SLOPES, Call
from neurosim.backpropagation.numpy_weights import Matrices
from neurosim.engine.bounds import bound_of
from neurosim.engine.faults import Fault, faulty_weight
from neurosim.engine.lowering import Lowered
from neurosim.errors import ArgumentError

__all__ = ["NumPyOrder"]

Array = npt.NDArray[Any]

# Weights are looked at after so many updates.
EVERY = 16


class NumPyOrder:
    """Backpropagation by whole matrices, added up in the order of NumPy and its BLAS.

    Parameters
    ----------
    lowered : Lowered
        The network without relays, whose weights are updated in place.

    Raises
    ------
    ArgumentError
        If an activation is a user's own.
    """

    def __init__(self, lowered: Lowered) -> None:
        self._lowered = lowered
        network = lowered.network
        for name, population in network.populations.items():
            known = population.activation.name in ACTIVATIONS.keys() | {"identity"}
            if not known and name not in network.outputs:
                raise ArgumentError(
                    f"BP: population {name!r} has an activation of your own, which NumPy's "
                    'arithmetic does not know; use arithmetic="engine"'
                )
        self._begin()

    def _begin(self) -> None:
        self._matrices: Matrices | None = None
        self._batches: dict[int, _Batch] = {}
        self._alpha = b""

    def __getstate__(self) -> dict[str, Any]:
        # Arrays that are views of others would not be so in a copy.
        return {"lowered": self._lowered}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._lowered = state["lowered"]
        self._begin()

    @np.errstate(over="ignore", invalid="ignore", under="ignore", divide="ignore")
    def update(self, x: Array, y: Array, chosen: npt.NDArray[np.int64]) -> Fault | None:
        """Learn from the chosen samples, batch by batch, up to the first batch with a fault.

        What was learned before a fault is not kept.
        """
        lowered, size = self._lowered, self._lowered.batch_size
        matrices = self._matrices = self._matrices or Matrices(lowered)
        if self._alpha != lowered.plan.alpha.tobytes():
            self._batches, self._alpha = {}, lowered.plan.alpha.tobytes()
        bound = bound_of(lowered)
        square = float(np.finfo(lowered.dtype).max)
        if bound is not None:
            # No number is beyond the bound whose square all squares together do not exceed.
            square = min(square, bound * bound)
        matrices.load()
        for n, first in enumerate(range(0, len(chosen), size), 1):
            one = chosen[first : first + size]
            if len(one) not in self._batches:
                self._batches[len(one)] = _Batch(lowered, matrices, len(one))
            batch = self._batches[len(one)]
            batch.show(x, y, one)
            for call, arguments in batch.forward:
                call(*arguments)
            fault = None if batch.y_flat.dot(batch.y_flat) <= square else batch.fault(bound)
            if fault is not None:
                return fault
            for call, arguments in batch.backward:
                call(*arguments)
            if n % EVERY == 0 or first + size >= len(chosen):
                fault = self._faulty_weight(matrices, square)
                if fault is not None:
                    return fault
        matrices.store()
        return None

    def _faulty_weight(self, matrices: Matrices, square: float) -> Fault | None:
        if matrices.within(square):
            return None
        before = self._lowered.blocks.theta.copy()
        matrices.store()
        fault = faulty_weight(self._lowered)
        self._lowered.blocks.theta[:] = before
        return fault


class _Batch:
    """The arrays of a batch of some size, and the calls of an update.

    In the paper's letters y and delta; `forward` ends with the errors of the outputs, `backward`
    with the weights. What a population sends is f(y).
    """

    def __init__(self, lowered: Lowered, matrices: Matrices, rows: int) -> None:
        network, self._matrices, self._rows = lowered.network, matrices, rows
        self._lowered, self._dtype = lowered, lowered.dtype
        self._projections, self._populations = network.projections, network.populations
        self._order = [lowered.names[p] for p in lowered.plan.order]
        ends = [(name, self._projections[name]) for name in matrices.root]
        self._into = {n: [name for name, p in ends if p.post == n] for n in self._order}
        self._out = {n: [name for name, p in ends if p.pre == n] for n in self._order}
        self._outputs = lowered.columns(network.outputs)
        self._lay_out()
        self.forward = self._forward(lowered.columns(network.inputs))
        self.backward = [*self._errors(), *self._products(), *matrices.learning]

    def _lay_out(self) -> None:
        """Blocks of all predicted populations, those of one activation side by side."""
        predicted = [name for name in self._order if self._into[name]]
        predicted.sort(key=self._activation)
        sizes = [self._rows * self._populations[name].size for name in predicted]
        flat = np.zeros((5, sum(sizes)), self._dtype)
        self.y_flat, self._delta_flat, self._scaled_flat = flat[0], flat[3], flat[4]
        self._flat, self._at, at = flat, {}, 0
        for name, size in zip(predicted, sizes, strict=True):
            self._at[name] = at, at + size
            at += size
        self._y, self._f, self._slope, self._delta, self._scaled = (
            {name: self._block(part, name) for name in predicted} for part in flat
        )
        #: What each population sends.
        self._sent: dict[str, Array] = {}

    def _activation(self, name: str) -> str:
        """Its activation; nothing reads f of an output."""
        return "" if name in self._outputs else self._populations[name].activation.name

    def _block(self, flat: Array, name: str) -> Array:
        first, last = self._at[name]
        return flat[first:last].reshape(self._rows, -1)

    def show(self, x: Array, y: Array, chosen: npt.NDArray[np.int64]) -> None:
        """Gather the samples."""
        # The default mode would copy by way of a buffer.
        x.take(chosen, 0, self._inputs, "clip")
        y.take(chosen, 0, self._targets, "clip")

    def _forward(self, inputs: dict[str, slice]) -> list[Call]:
        """From the inputs to the errors of the outputs."""
        self._inputs = self._zeros(sum(s.stop - s.start for s in inputs.values()))
        self._targets = self._zeros(sum(s.stop - s.start for s in self._outputs.values()))
        calls: list[Call] = []
        for name in self._order:
            activation = self._activation(name)
            if self._populations[name].constant:
                self._sent[name] = np.ones((self._rows, 1), self._dtype)
                continue
            if name in inputs:
                value = self._inputs[:, inputs[name]]
                f = self._zeros(value.shape[1])
            else:
                value, f = self._y[name], self._f[name]
                terms = [(self._sent[self._projections[p].pre], self._matrices.of[p])
                         for p in self._into[name]]  # fmt: skip
                calls += self._sum(terms, value)
            if name in self._outputs:
                target = self._targets[:, self._outputs[name]]
                calls.append((np.subtract, (target, value, self._delta[name])))
            elif activation == "identity":
                self._sent[name] = value
            else:
                calls += ACTIVATIONS[activation](value, f)
                self._sent[name] = f
        return calls

    def _zeros(self, columns: int) -> Array:
        return np.zeros((self._rows, columns), self._dtype)

    def _sum(self, terms: list[tuple[Array, Array]], total: Array) -> list[Call]:
        """Total = sum of the products."""
        calls: list[Call] = []
        room = np.empty_like(total) if len(terms) > 1 else total
        for n, (first, second) in enumerate(terms):
            calls.append((first.dot, (second, room if n else total)))
            if n:
                calls.append((np.add, (total, room, total)))
        return calls

    def _errors(self) -> list[Call]:
        """From the errors of the outputs to those of all."""
        calls: list[Call] = []
        sides = [name for name in self._at if self._activation(name) in SLOPES]
        for activation, group in groupby(sides, self._activation):
            names = list(group)
            part = slice(self._at[names[0]][0], self._at[names[-1]][1])
            calls += SLOPES[activation](*(block[part] for block in self._flat[:3]))
        for name in reversed(self._order):
            if name in self._outputs or not self._into[name]:
                continue
            terms = [(self._delta[self._projections[p].post], self._matrices.of[p].T)
                     for p in self._out[name]]  # fmt: skip
            delta = self._delta[name]
            calls += self._sum(terms, delta)
            if self._activation(name) != "identity":
                calls.append((np.multiply, (delta, self._slope[name], delta)))
        return calls

    def _products(self) -> list[Call]:
        """What is added to the weights: alpha sum over samples of delta f(y)."""
        calls: list[Call] = []
        plastic = list(self._matrices.products)
        rates = {name: self._rate(name) for name in plastic}
        alike = len(set(rates.values())) == 1
        if alike:
            rate = np.array(rates[plastic[0]], self._dtype)
            calls.append((np.multiply, (self._delta_flat, rate, self._scaled_flat)))
        for name in plastic:
            projection = self._projections[name]
            scaled = self._scaled[projection.post]
            if not alike:
                rate = np.array(rates[name], self._dtype)
                calls.append((np.multiply, (self._delta[projection.post], rate, scaled)))
            sent = self._sent[projection.pre]
            calls.append((sent.T.dot, (scaled, self._matrices.products[name])))
        return calls

    def _rate(self, name: str) -> float:
        lowered = self._lowered
        alpha = lowered.plan.alpha[lowered.projection_index[self._matrices.root[name]]]
        samples = self._rows if lowered.plan.setting[0]["mean"] else 1
        return float(alpha / lowered.dtype.type(samples))

    def fault(self, bound: float | None) -> Fault | None:
        """Find the first y that is not finite, or beyond the bound."""
        for name in self._order:
            if name not in self._at:
                continue
            y = self._y[name]
            for bad, left in (
                (~np.isfinite(y), None),
                (np.abs(y) > (np.inf if bound is None else bound), bound),
            ):
                if bad.any():
                    replica, node = map(int, np.argwhere(bad)[0])
                    return Fault(name, node, replica, left)
        return None
