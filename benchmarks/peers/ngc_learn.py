"""ngc-learn: the network assembled from its rate cells, error cells and Hebbian synapses.

Wired as in the predictive-coding classifiers of its museum: predictions through plastic synapses,
feedback through static ones that are set to the transposed weights after every update, and a
projection that sets the hidden activities to their predictions before inference starts.
"""

from __future__ import annotations

import logging
from itertools import count
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.peers import GAMMA, Arrays, initial_activity, measure

NAME = "ngc-learn"
REQUIRES = "ngclearn"

Array = npt.NDArray[Any]
Result = tuple[list[Array], float]

_names = count()


def il_updates(
    weights: Arrays,
    inputs: Array,
    targets: Array,
    order: Array,
    learning_rate: float,
    dtype: str = "float64",
    threads: int = 1,
    inference_steps: int = 20,
    gamma: float = GAMMA,
) -> Result:
    """IL: a number of moves from the prediction, then one update from the errors."""
    import jax

    model = _Model(weights, order.shape[1], dtype, gamma, learning_rate, clamped=True)
    x_all, target_all = jax.numpy.asarray(inputs, dtype), jax.numpy.asarray(targets, dtype)
    batches = jax.numpy.asarray(order)
    # One compiled call takes a tenth of the time of indexing twice.
    gather = jax.jit(lambda x_all, target_all, samples: (x_all[samples], target_all[samples]))

    def run(first: int, last: int) -> None:
        for samples in batches[first:last]:
            x, target = gather(x_all, target_all, samples)
            model.predict(x)
            model.values[-1].j.set(target)
            model.refresh.run(dt=1.0)
            model.infer(inference_steps)
            model.learn.run(dt=1.0)
            model.tie()
        jax.block_until_ready([synapse.weights.get() for synapse in model.synapses])

    def reset() -> None:
        for synapse, w in zip(model.synapses, weights, strict=True):
            synapse.weights.set(jax.numpy.asarray(w, dtype))
        model.tie()

    seconds = measure(len(order), run, reset)
    return [np.array(synapse.weights.get()) for synapse in model.synapses], seconds


def tick(weights: Arrays, ticks: int, dtype: str = "float64", threads: int = 1) -> Result:
    """Inference at batch 1 with nothing clamped."""
    import jax

    model = _Model(weights, 1, dtype, GAMMA, 0.0, clamped=False)

    def run(first: int, last: int) -> None:
        model.infer(last - first)
        jax.block_until_ready(model.values[0].z.get())

    def reset() -> None:
        for node, x in zip(model.values, initial_activity(weights), strict=True):
            model.set_activity(node, jax.numpy.asarray(x[None], dtype))
        model.refresh.run(dt=1.0)

    reset()
    seconds = measure(ticks, run, reset)
    return [np.array(node.z.get())[0] for node in model.values], seconds


class _Model:
    """The components of a layered network, and the processes that advance them."""

    def __init__(
        self,
        weights: Arrays,
        batch: int,
        dtype: str,
        gamma: float,
        learning_rate: float,
        *,
        clamped: bool,
    ) -> None:
        import jax

        jax.config.update("jax_enable_x64", dtype == "float64")
        jax.config.update("jax_platforms", "cpu")
        from ngclearn import Context

        # It warns of every wired compartment that is set, and of every synapse without biases.
        logging.getLogger("ngclogger").setLevel(logging.ERROR)
        with Context(f"peer_{next(_names)}"):
            self._make_cells(weights, batch, gamma, clamped=clamped)
            self._make_synapses(weights, batch, dtype, learning_rate)
            self._make_processes(clamped=clamped)

    def _make_cells(self, weights: Arrays, batch: int, gamma: float, *, clamped: bool) -> None:
        from ngclearn.components.neurons.graded.gaussianErrorCell import GaussianErrorCell
        from ngclearn.components.neurons.graded.rateCell import RateCell

        sizes = [len(weights[0]), *(w.shape[1] for w in weights)]
        last = len(weights)

        def cell(name: str, k: int, *, moves: bool) -> Any:
            # A cell without a time constant is what it receives.
            function = "sigmoid" if 0 < k < last else "identity"
            tau = 1.0 / gamma if moves else 0.0
            return RateCell(f"{name}{k}", sizes[k], tau, act_fx=function, batch_size=batch)

        self.values = [cell("z", k, moves=not clamped or 0 < k < last) for k in range(last + 1)]
        self.predictions = [cell("q", k, moves=False) for k in range(last)]
        self.errors = [
            GaussianErrorCell(f"e{k}", sizes[k], batch_size=batch) for k in range(1, last + 1)
        ]

    def _make_synapses(self, weights: Arrays, batch: int, dtype: str, learning_rate: float) -> None:
        import jax
        from ngclearn.components.synapses import StaticSynapse
        from ngclearn.components.synapses.hebbian.hebbianSynapse import HebbianSynapse

        def options(array: Array) -> dict[str, Any]:
            initial = jax.numpy.asarray(array, dtype)
            return {
                "shape": array.shape,
                "weight_init": lambda shape, key: initial,
                "batch_size": batch,
            }

        # The sign makes an ascent of the descent that its optimiser takes; a bound of 0 is none.
        rule = {"eta": learning_rate, "sign_value": -1.0, "w_bound": 0.0}
        self.synapses, self.feedback, self.projection = [], [], []
        for k, w in enumerate(weights):
            synapse = HebbianSynapse(f"W{k}", **options(w), **rule)
            up = StaticSynapse(f"E{k}", **options(w.T))
            across = StaticSynapse(f"Q{k}", **options(w))
            self.synapses.append(synapse)
            self.feedback.append(up)
            self.projection.append(across)
            sender, receiver, error = self.values[k], self.values[k + 1], self.errors[k]
            sender.zF >> synapse.inputs
            sender.zF >> synapse.pre
            error.dmu >> synapse.post
            synapse.outputs >> error.mu
            receiver.z >> error.target
            if receiver.is_stateful:
                error.dtarget >> receiver.j_td
            if sender.is_stateful:
                error.dmu >> up.inputs
                up.outputs >> sender.j
            self.predictions[k].zF >> across.inputs
            if k + 1 < len(weights):
                across.outputs >> self.predictions[k + 1].j

    def _make_processes(self, *, clamped: bool) -> None:
        import jax
        from ngclearn.utils import MethodProcess

        project, refresh = MethodProcess("project"), MethodProcess("refresh")
        move, learn = MethodProcess("move"), MethodProcess("learn")
        for node, across in zip(self.predictions, self.projection, strict=True):
            project.then(node.advance_state).then(across.advance_state)
        for up, sender in zip(self.feedback, self.values[:-1], strict=True):
            if sender.is_stateful:
                move.then(up.advance_state)
        for node in self.values:
            (move if node.is_stateful else refresh).then(node.advance_state)
        for k, synapse in enumerate(self.synapses):
            refresh.then(synapse.advance_state)
            # What a clamped input predicts does not change while x moves.
            if k > 0 or not clamped:
                move.then(synapse.advance_state)
            learn.then(synapse.evolve)
        for error in self.errors:
            refresh.then(error.advance_state)
            move.then(error.advance_state)
        self.project, self.refresh, self.move, self.learn = project, refresh, move, learn

        def scan(state: dict[str, Any], rows: Any) -> dict[str, Any]:
            return move.scan(rows, state, store_state=False, store_results=False)[0]

        # Of 20 moves, ``scan`` that is not compiled as a whole takes three times as long.
        self.scan = jax.jit(scan)

    def infer(self, ticks: int) -> None:
        """Move that many times, in one call."""
        from ngcsimlib.global_state import stateManager

        stateManager.set_state(self.scan(stateManager.state, np.ones((ticks, 1))))

    def predict(self, inputs: Any) -> None:
        """Project the input through the network and start the hidden activities there."""
        self.predictions[0].j.set(inputs)
        self.values[0].j.set(inputs)
        self.project.run(dt=1.0)
        for node, prediction in zip(self.values[1:-1], self.predictions[1:], strict=True):
            self.set_activity(node, prediction.z.get(), prediction.zF.get())

    def set_activity(self, node: Any, x: Any, f: Any = None) -> None:
        """Set z and f(z) of a cell."""
        node.z.set(x)
        node.zF.set(node.fx(x) if f is None else f)

    def tie(self) -> None:
        """Copy the weights to where they project and, transposed, to where they feed back."""
        for synapse, up, across in zip(self.synapses, self.feedback, self.projection, strict=True):
            weights = synapse.weights.get()
            across.weights.set(weights)
            up.weights.set(weights.T)
