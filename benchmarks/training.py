"""Training: every model beside backpropagation and inference learning by others."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

import neurosim as ns
from benchmarks import engine
from benchmarks.interleave import Contestant, Times, interleave, same_result
from benchmarks.peers import load, reason_to_skip
from benchmarks.peers.check import Work
from benchmarks.report import Row, at_least, at_most
from benchmarks.workload import in_order

__all__ = ["against_numpy", "exact", "exact_when_all_send", "inference", "online"]

_NET = "784-32-32-10, batch 20"


def exact(repeats: int, updates: int = 2000) -> Iterator[Row]:
    """Z-IL and Fa-Z-IL, which compute what backpropagation does."""
    work = in_order(updates=updates, epochs=4)
    numpy, torch = load("numpy_whole_matrix"), load("pytorch_autograd")
    expected, _ = numpy.bp_updates(**work.arguments("bp_updates", "float64"))
    models = {
        "Z-IL": ns.models.ZIL(learning_rate=work.learning_rate),
        "Fa-Z-IL": ns.models.FaZIL(learning_rate=work.learning_rate),
    }
    for dtype in ("float64", "float32"):
        given = work.arguments("bp_updates", dtype)
        runs = {name: partial(engine.train, work, model, dtype) for name, model in models.items()}
        runs["BP in engine order"] = partial(engine.backpropagate, work, dtype)
        runs["NumPy BP"] = partial(numpy.bp_updates, **given)
        if not (skipped := reason_to_skip(torch)):
            runs["PyTorch BP"] = partial(torch.bp_updates, **given)
        contestants = {name: same_result(run, expected, dtype) for name, run in runs.items()}
        times = interleave(contestants, repeats)
        for name in contestants:
            yield Row(f"{name}, {_NET}, {dtype}", times[name] * 1e6, "us/update")
        for name in models:
            case = f"{name} over NumPy/BLAS BP, {_NET}, {dtype}"
            yield _ratio(case, times, name, "NumPy BP", 0.75)
            case = f"{name} over PyTorch autograd BP, {_NET}, {dtype}"
            if skipped:
                yield Row(case, None, note=skipped)
            else:
                yield _ratio(case, times, name, "PyTorch BP", 0.25)
        for name, other in (("Fa-Z-IL", "Z-IL"), ("Z-IL", "BP in engine order")):
            yield _ratio(f"{name} over {other}, {_NET}, {dtype}", times, name, other, 1.05)


def exact_when_all_send(repeats: int, updates: int = 2000) -> Iterator[Row]:
    """The same where no input is zero: the simulator leaves nothing out that others multiply."""
    work = _when_all_send(in_order(updates=updates, epochs=4))
    numpy = load("numpy_whole_matrix")
    expected, _ = numpy.bp_updates(**work.arguments("bp_updates", "float64"))
    z_il = ns.models.ZIL(learning_rate=work.learning_rate)
    fa_z_il = ns.models.FaZIL(learning_rate=work.learning_rate)
    for dtype in ("float64", "float32"):
        runs = {
            "Z-IL": partial(engine.train, work, z_il, dtype),
            "Fa-Z-IL": partial(engine.train, work, fa_z_il, dtype),
            "BP in engine order": partial(engine.backpropagate, work, dtype),
            "NumPy/BLAS BP": partial(numpy.bp_updates, **work.arguments("bp_updates", dtype)),
        }
        contestants = {name: same_result(run, expected, dtype) for name, run in runs.items()}
        times = interleave(contestants, repeats)
        for name, other, limit in (
            ("Z-IL", "NumPy/BLAS BP", 0.75),
            ("Fa-Z-IL", "NumPy/BLAS BP", 0.75),
            ("Z-IL", "BP in engine order", 1.05),
        ):
            case = f"{name} over {other}, no input zero, {_NET}, {dtype}"
            yield _ratio(case, times, name, other, limit)


def inference(repeats: int, updates: int = 450) -> Iterator[Row]:
    """IL with 20 inference steps; and the same where no input is zero, without targets."""
    work = in_order(updates=updates, epochs=3)
    for dtype, times in _inference_times(work, repeats):
        for name in ("IL", "NumPy IL"):
            yield Row(f"{name}, 20 steps, {_NET}, {dtype}", times[name] * 1e6, "us/update")
        case = f"IL over NumPy/BLAS IL, 20 steps, {_NET}, {dtype}"
        yield _ratio(case, times, "IL", "NumPy IL", 0.4)
        case = f"IL, 20 steps, over Z-IL, {_NET}, {dtype}"
        yield _ratio(case, times, "IL", "Z-IL", 2.5)
    for dtype, times in _inference_times(_when_all_send(work), repeats):
        for other in ("NumPy IL", "Z-IL"):
            case = f"IL, 20 steps, over {other}, no input zero, {_NET}, {dtype}"
            yield Row(case, times.ratio("IL", other), "x", note=times.spread("IL", other))


def _inference_times(work: Work, repeats: int) -> Iterator[tuple[str, Times]]:
    """IL by the engine and by NumPy, and Z-IL, in float64 and float32."""
    numpy = load("numpy_whole_matrix")
    il, _ = numpy.il_updates(**work.arguments("il_updates", "float64"))
    bp, _ = numpy.bp_updates(**work.arguments("bp_updates", "float64"))
    z_il = ns.models.ZIL(learning_rate=work.learning_rate)
    for dtype in ("float64", "float32"):
        by_engine = partial(engine.train, work, engine.inference_learning(work), dtype)
        by_numpy = partial(numpy.il_updates, **work.arguments("il_updates", dtype))
        contestants = {
            "IL": same_result(by_engine, il, dtype),
            "NumPy IL": same_result(by_numpy, il, dtype),
            "Z-IL": same_result(partial(engine.train, work, z_il, dtype), bp, dtype),
        }
        yield dtype, interleave(contestants, repeats)


def _when_all_send(work: Work) -> Work:
    """The same work with inputs none of which is zero."""
    bright = np.random.default_rng(3).uniform(0.05, 0.5, work.inputs.shape)
    return work._replace(inputs=bright)


def online(repeats: int, updates: int = 9000) -> Iterator[Row]:
    """Z-IL, a sample at a time."""
    work = in_order(batch=1, updates=updates, epochs=3)
    for dtype in ("float64", "float32"):
        times = interleave(against_numpy(work, dtype), repeats)
        net = f"784-32-32-10, batch 1, {dtype}"
        yield Row(f"NumPy/BLAS BP, {net}", 1 / times["NumPy"], "updates/s")
        yield at_least(f"Z-IL, {net}", 1 / times["Z-IL"], "updates/s", 40_000)


def _ratio(case: str, times: Times, name: str, other: str, limit: float) -> Row:
    return at_most(case, times.ratio(name, other), "x", limit, times.spread(name, other))


def against_numpy(work: Work, dtype: str) -> dict[str, Contestant]:
    """Return the turns of Z-IL and of NumPy's backpropagation."""
    numpy = load("numpy_whole_matrix")
    by_numpy = partial(numpy.bp_updates, **work.arguments("bp_updates", dtype))
    expected, _ = numpy.bp_updates(**work.arguments("bp_updates", "float64"))
    model = ns.models.ZIL(learning_rate=work.learning_rate)
    return {
        "NumPy": same_result(by_numpy, expected, dtype),
        "Z-IL": same_result(partial(engine.train, work, model, dtype), expected, dtype),
    }
