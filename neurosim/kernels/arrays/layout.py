"""How a network lies in memory: one record per population and projection, and flat arrays of state.

Per-node state of a population is a block of rows, one per replica, of `stride` elements; the fields
of a record say where in the arrays of the state each block begins. Columns behind `size` are
padding and stay zero.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["POPULATION", "PROJECTION", "SETTING", "WEIGHTS", "Plan", "State"]


def _record(*fields: str) -> np.dtype[np.void]:
    return np.dtype([(field, np.int64) for field in fields])


#: Blocks of the array `real`, in the paper's letters: slope is f'(x), delta_x the change of x that
#: the last step made, feedback the sum over epsilon theta, drive the gated epsilon g epsilon, and
#: current what is injected from outside.
REAL_BLOCKS = (
    "x", "x_next", "f", "f_next", "slope", "slope_next",
    "mu", "mu_next", "epsilon", "delta_x", "feedback", "drive", "current",
)  # fmt: skip
#: What is heard of epsilon where only some nodes of a population follow the sweep; there only if a
#: model has one.
SWEEP_BLOCKS = ("sent",)
#: What rules of a user remember; there only if a model has such rules.
MEMORY_BLOCKS = (
    "value_memory", "value_memory_next", "error_memory", "error_memory_before", "detector_memory",
    "detector_memory_before",
)  # fmt: skip
#: Blocks of the array `flag`: 0 or 1 per node; `seen` holds the bits of `nodes.pointwise.observe`.
FLAG_BLOCKS = ("clamped", "resting", "resting_next", "open", "phi", "seen")

#: `place` is where its nodes begin in what is said of a node for all replicas together; `noise_key`
#: is its own part of the key of noise, 0 where there is none.
POPULATION = _record(
    "size", "stride", "level", "activation", "linear", "reach", "held", "shown", "injected_until",
    "column",
    "first_incoming", "incoming", "first_outgoing", "outgoing",
    *REAL_BLOCKS, *SWEEP_BLOCKS, *MEMORY_BLOCKS, *FLAG_BLOCKS, "quiet_since", "place", "noise_key",
)  # fmt: skip
#: Where its forward and feedback weights begin in the array `theta`, where their changes go (-1: to
#: nowhere), whether it is sparse, the address of its pattern or, all-to-all, its stride, the sums
#: of its kind, and how many presynaptic nodes are taken together in one pass (0: none), see
#: `nodes.one_pass`.
PROJECTION = _record(
    "pre", "post", "theta", "back", "change", "back_change", "sparse", "stride", "weights",
    "back_weights",
    "deferred", "uses", "synapses", "first_cut", "cuts", "prediction", "feedback", "plasticity",
    "pass_nodes",
)  # fmt: skip
#: A block of weights, its sum of deferred changes, what its synapses remember, now and after the
#: step being made, and its transpose (-1: none), whether changes wait for the last use of the
#: weights, the projection that gives alpha, and what a synapse rule needs to be told.
WEIGHTS = _record(
    "theta", "size", "gradient", "memory", "memory_next", "transpose", "waits", "owner",
    "rule_table",
)  # fmt: skip
SETTING = _record(
    "gate", "reads_time", "reads_state", "waits", "signal_at", "t_d", "feedback_gate", "watch",
    "delta_form", "event_driven", "rest", "mean", "guarded", "defers", "value_rule", "error_rule",
    "detector", "synapse_rule", "one_pass", "sweep", "reads_errors",
)  # fmt: skip

# Values of setting.rest: never; once the own gate has opened; or one tick after every error node
# that a value node predicts has come to rest, too.
REST_NEVER, REST_LEARNED, REST_SPREADS = 0, 1, 2

# Values of population.reach, what is known of f without looking: nothing; |f(x)| and |f'(x)| are at
# most 1; |f(x)| is at most |x| + 1 and |f'(x)| at most 1.
REACH_UNKNOWN, REACH_ONE, REACH_X = 0, 1, 2

# Flags per population and replica (rows of state.row).
MOVED = 0  # x changed on the way to this snapshot
MOVED_NEXT = 1  # x changes in the step being made
ERRED = 2  # epsilon changed on the way to this snapshot
LIVE = 3  # some epsilon is not zero
SPIKING = 4  # some phi is 1; without it every phi is 0
RESTED = 5  # every node is at rest
STALE = 6  # mu was not evaluated when something that it reads changed
AWAKE = 7  # something that a value node reads has changed
OPEN = 8  # some gate is open
EVALUATE = 9  # mu is to be evaluated
TOUCHED = 10  # the error nodes are, in one of several ways
RESTS_NEXT = 11  # SOME or ALL nodes come to rest in the step being made
UNSENT = 12  # f and f' are those of an earlier x, until somebody reads them
FORETOLD = 13  # mu_next is already what the step being made leads to
ROW_FLAGS = 14

# Values of RESTS_NEXT.
SOME, ALL = 2, 3

# Elements of state.clock.
TICK, ONSET, TEACHER, ROWS, FAULT = 0, 1, 2, 3, 4
# 1 while the world changes something in a snapshot, 0 while the network makes a step of its own.
SAME_SNAPSHOT = 5
# 1 if a rule gave an error that is not finite, and that was refused.
REFUSED = 6
# How many presentations have begun, by settling or by an input's onset, and how often the world has
# changed a snapshot: with TICK it tells one snapshot from another.
PRESENTATIONS, VERSION = 7, 8
# The last snapshot of which anything is to be said of a sweep, see `nodes.onsets`.
SWEEP_ENDS = 9
# 1 if synapses did not learn in the last tick: populations may sleep to which rest has to spread.
UNLEARNED = 10
# What the seed of noise adds to its key, and how often noise was drawn since that was set.
NOISE_KEY, DRAWS = 11, 12
CLOCK_SIZE = 13

# Bits of state.swept, of a predicted node, and of state.sweeping, of a population in which some has
# them: a node that predicts it has an onset in this snapshot; x = mu in the tick to come; or in the
# one that led here.
ARRIVES, FOLLOWS, FOLLOWED = 1, 2, 4
# Of a population alone: every node follows; some node begins to, or ceases; the world has let go of
# one in this snapshot that a sweep has reached.
ALL_FOLLOW, TURNED, LET_GO = 8, 16, 32
# And of an input: all nodes had their latest onset together.
WHOLE = 64

# Elements of state.count: multiply-adds over synapses; and ticks of replicas, made in all and while
# synapses learned, by which it is known what evaluating every synapse would have done.
PREDICTIONS, FEEDBACKS, UPDATES, REPLICA_TICKS, LEARNING_TICKS = 0, 1, 2, 3, 4
COUNT_SIZE = 5

# Elements of plan.parameter.
GAMMA, ZERO_THRESHOLD = 0, 1
# A magnitude below which a sum of a few such numbers is finite.
LIMIT = 2
# What neither |x| of a node that is free to move nor |theta| may exceed; infinite for no bound.
BOUND = 3
# Here the numbers begin that rules of a user read.
RULE_PARAMETERS = 4

# Columns of state.bound: upper bounds of |f(x)| and |epsilon| in a population; and, while it
# settles, of |f(x)| on the way, and of what |f(x)| was before.
BOUND_F, BOUND_EPSILON, BOUND_SETTLED, BOUND_BEFORE = 0, 1, 2, 3

#: The time before which everything was quiet.
LONG_AGO = -(2**62)

# Element of the table of a synapse rule by which a sum over replicas is divided.
RULE_SHARE = 4

# How a step ended.
DONE = 0
RISKY = 1  # not at all, because an overflow could not be excluded
FULL = 3  # only in part, because the tape has no room
DIVERGED = 2  # not at all, because it would not be finite, or within the bound

Array = npt.NDArray[np.generic]


class Plan(NamedTuple):
    """What does not change while a network runs."""

    populations: Array  # POPULATION, by name
    projections: Array  # PROJECTION, by level of the postsynaptic population, then by name
    weights: Array  # WEIGHTS, by projection
    cut: Array  # where in theta the weights of cut synapses are, by projection
    pattern: Array  # patterns of the sparse projections, see `sums.sparse`
    wiring: Array  # projections into and out of each population, by name
    order: Array  # populations, each after those that predict it
    alpha: Array  # learning rate per projection
    parameter: Array  # the first RULE_PARAMETERS by their names above, then a model's own
    setting: Array  # one SETTING


class State(NamedTuple):
    """What does."""

    real: Array
    flag: Array
    quiet_since: Array  # tick at which the last run of zero epsilon began, per node
    dated: Array  # per population: none of its nodes has a later quiet_since
    injected_until: Array  # tick from which on nothing is injected into a node
    onset: Array  # tick of a node's latest onset, for all replicas together
    reached: Array  # per population: tick of the latest onset of any of its nodes
    arrival: Array  # per population: in how many ticks an onset comes there, while that is asked
    swept: Array  # per node, for all replicas together, ARRIVES, FOLLOWS and FOLLOWED
    sweeping: Array  # per population, these and the bits of a population alone
    theta: Array
    row: Array  # (flag, population, replica)
    word: Array  # the same memory, eight replicas at a time
    asleep: Array  # per population, values of `awake.sleep`
    near: Array  # per population, in whole words, values of `awake.agenda`: whether it is on it
    agenda: Array  # how many populations a tick looks at, and which
    evaluated: Array  # (population, replica): tick of the last evaluation of the error nodes
    learned: Array  # per projection, in whole words: theta changed on the way to this snapshot
    learned_next: Array  # the same, from the gates on, that it may in this step; then, that it did
    pending: Array  # per block of weights: there are deferred changes
    transposed: Array  # per block of weights, values of `sums.transposes`
    bound: Array  # (population, 4)
    theta_bound: Array  # per block of weights: upper bound of |theta|
    gradient_bound: Array  # and of the sum of its deferred changes, before alpha
    clock: Array
    count: Array
    ahead: Array  # how many samples come next, and where they are
