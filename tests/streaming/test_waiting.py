"""Waiting costs nothing, and rest in a stream saves what it saves elsewhere."""

import time

import pytest
from oracles.bits import same_bits
from oracles.stream_worlds import a_world, drawn, layers, recorded, skipping, streaming

import neurosim as ns


@pytest.mark.parametrize("make", [lambda: layers(5), skipping])
@pytest.mark.parametrize("rest", [False, True])
def test_no_synapse_is_evaluated_between_the_end_of_a_sweep_and_the_teacher(make, rest):
    sim = streaming(make(), batch=3, rest_after_update=rest)
    x, y = drawn(sim, 3)
    for wait in (1, 100, 10**9):
        sim.clamp(x)
        sim.run(sim.simulation.depth + sim.model.t_d)
        before = sim.operations
        for _ in range(50):
            sim.run(1)
        begun = time.perf_counter()
        sim.run(wait)
        assert time.perf_counter() - begun < 0.5
        assert sim.operations == before
        if not rest:
            break
        sim.clamp(y)
        sim.run(sim.simulation.depth)
        for name in y:
            sim.release(name)


def test_a_pause_of_a_billion_ticks():
    """In a stream, too; and where nodes rest, while a teacher stays as well."""
    sim = streaming(layers(4), rest_after_update=True)
    world = ns.world.presentations(*drawn(sim, 5), shown=10**9, taught=10**9, pause=10**9)
    begun = time.perf_counter()
    sim.stream(world)
    assert time.perf_counter() - begun < 0.5
    assert int(sim.simulation.lowered.state.clock[0]) == 15 * 10**9
    # No more is done than in the shortest of these.
    short = streaming(layers(4), rest_after_update=True)
    short.stream(ns.world.presentations(*drawn(short, 5)))
    assert sim.operations.plasticity == short.operations.plasticity
    assert sim.operations.total <= 1.1 * short.operations.total


def test_what_onsets_lead_to_does_not_depend_on_how_ticks_are_skipped():
    """With a large t_d nodes follow for long while nothing moves; event-driven, that is skipped."""
    rows = []
    for way in (True, False):
        sim = streaming(skipping(), t_d=40, event_driven=way, rest_after_update=True)
        world = a_world(sim, 8, shown=(44, 60), missing=0.5)
        rows.append(recorded(sim, lambda sim, world=world: sim.stream(world)))
        if way:
            operations = sim.operations
    assert same_bits(*rows)
    assert operations.total < 0.2 * sim.operations.total


def test_rest_saves_work_and_changes_nothing_that_is_learned():
    awake, resting = (streaming(layers(6), rest_after_update=rest) for rest in (False, True))
    for sim in (awake, resting):
        sim.stream(a_world(sim, 40, taught=(20, 40)))
    assert same_bits(awake.weights, resting.weights)
    assert resting.operations.total < 0.5 * awake.operations.total
    assert resting.operations.plasticity == awake.operations.plasticity


def test_a_sweep_evaluates_each_synapse_once():
    """Behind an onset nothing moves again: one prediction per synapse, and no feedback at all."""
    sim = streaming(layers(5), rest_after_update=True)
    x, _ = drawn(sim, 6)
    sim.stream([(0, "input", x["input"][:1]), 20])
    before = sim.operations
    for n in range(1, 6):
        sim.stream([(0, "input", x["input"][n : n + 1]), 20])
    spent = [now - then for now, then in zip(sim.operations, before, strict=True)]
    assert spent == [5 * sim.wiring.synapse_count, 0, 0]
