"""The three synaptic sums of a tick, each in one fixed order.

    prediction  mu[r, j]       = sum over k of f[r, k] theta[k, j]             Song 2020, Eq. (1)
    feedback    feedback[r, i] = sum over j of epsilon[r, j] theta[i, j]       Song 2020, Eq. (4)
    plasticity  theta[i, j]   += alpha sum over r of f[r, i] drive[r, j]       Song 2020, Eq. (9)

r counts replicas, and theta is (pre, post): row i holds the synapses from value node i. Every
result is one chain of fused multiply-adds over the summed index in ascending order, so its bits
depend neither on which other results are computed with it nor on the machine.

Arrays are one-dimensional; ``*_at`` is the element where a block begins and ``*_stride`` the
elements from one of its rows to the next, a multiple of 16 with zeros behind the last column. Whole
vectors are read and written, so padding is touched, and is zero afterwards.
"""

from __future__ import annotations

from neurosim.kernels.machine.across_kernel import ACROSS_VECTORS, multiply_across
from neurosim.kernels.machine.active_kernel import WORD
from neurosim.kernels.machine.addresses import address, advance, zero_like
from neurosim.kernels.machine.along_kernel import predict_along
from neurosim.kernels.machine.decorators import inner
from neurosim.kernels.machine.emitter import CONTINUE, FRESH, LEARN, stack_vectors, vector_length
from neurosim.kernels.machine.micro_kernel import TILE_VECTORS, multiply_strip
from neurosim.kernels.machine.panel_kernel import copy_rows, transpose_rows
from neurosim.kernels.machine.registers import VECTOR_BYTES
from neurosim.kernels.sums.active import (
    MOST_REPLICAS,
    learn_active,
    learn_along_active,
    predict_active,
)

__all__ = ["accumulate_feedback", "accumulate_prediction", "learn", "transpose"]

# Rows of theta that are taken together, so that what is read again stays in the caches: as many as
# have so many bytes, within these bounds. Of fewer rows the results would be fetched too often.
TOGETHER_BYTES = 1 << 18
DEPTH_BLOCK = 128
LEAST_TO_PREDICT, LEAST_TO_LEARN = 16, 32
# Rows of so many elements are long: what is next in a strip of columns is far away.
LONG_ROW = 128
# With so few replicas a prediction is limited by reading theta. Where rows of theta are long they
# are then read along, a few of them for every replica in turn.
FEW_REPLICAS = 3
SHALLOW_BLOCK = 8
# With so many it pays to copy the strips of long rows into panels first.
MANY_REPLICAS = 48
# Where too many presynaptic nodes are active to look them up, so many are taken whole, and twice
# as many each time that this is found again.
TRUSTED = 128
PANEL_VECTORS = DEPTH_BLOCK * TILE_VECTORS


@inner
def _strip(
    vectors, c, c_row, a, a_row, a_step, b, b_step, rows, depth, lanes, mode, ahead, at, alpha
):
    """Call the micro-kernel compiled for this number of vectors."""
    if vectors == 3:
        multiply_strip(
            3, c, c_row, a, a_row, a_step, b, b_step, rows, depth, lanes, mode, ahead, at, alpha
        )
    elif vectors == 2:
        multiply_strip(
            2, c, c_row, a, a_row, a_step, b, b_step, rows, depth, lanes, mode, ahead, at, alpha
        )
    else:
        multiply_strip(
            1, c, c_row, a, a_row, a_step, b, b_step, rows, depth, lanes, mode, ahead, at, alpha
        )


@inner
def _strip_vectors(columns, width):
    """How many vectors the next strip of so many columns has: at most TILE_VECTORS.

    One more than these are not a full strip and one vector, which alone would leave too few chains
    side by side, but two halves.
    """
    left = (columns + width - 1) // width
    return (left + 1) // 2 if left == TILE_VECTORS + 1 else min(TILE_VECTORS, left)


@inner
def _rows_together(theta, columns, least):
    """How many rows of theta are taken together."""
    row_bytes = columns * (VECTOR_BYTES // vector_length(theta))
    return max(least, min(DEPTH_BLOCK, TOGETHER_BYTES // row_bytes))


@inner
def _predict(c, c_row, a, a_row, b, b_row, rows, depth, post, mode, copies):
    """Extend the chains of the predictions by at most DEPTH_BLOCK presynaptic nodes."""
    width = vector_length(b)
    panel = stack_vectors(b, PANEL_VECTORS)
    j = 0
    while j < post:
        vectors = _strip_vectors(post - j, width)
        columns = min(vectors * width, post - j)
        strip, strip_row = advance(b, j), b_row
        if copies:
            copy_rows(panel, vectors * width, strip, b_row, depth, vectors)
            strip, strip_row = panel, vectors * width
        _strip(
            vectors, advance(c, j), c_row, a, a_row, 1, strip, strip_row, rows, depth,
            columns - (vectors - 1) * width, mode, 0, 0, zero_like(b),
        )  # fmt: skip
        j += columns


@inner
def accumulate_prediction(
    f, f_at, f_stride, theta, theta_at, theta_stride, mu, mu_at, mu_stride, rows, pre, post, fresh,
    skip,
):  # fmt: skip
    """mu[r, j] = chain over k ascending of fma(f[r, k], theta[k, j], start).

    The start is 0.0 if `fresh`, else mu[r, j]. Where enough f[r, k] are zero they are left out
    if `skip` allows it: of finite numbers, with weights that are not -0.0, the bits are the same.
    """
    a = address(f, f_at)
    b = address(theta, theta_at)
    c = address(mu, mu_at)
    along = rows == 1 or (rows <= FEW_REPLICAS and post >= LONG_ROW)
    copies = rows >= MANY_REPLICAS and post >= LONG_ROW
    block = DEPTH_BLOCK if copies else _rows_together(b, post, LEAST_TO_PREDICT)
    if along:
        block = pre if rows == 1 else SHALLOW_BLOCK
    skip = skip and pre >= WORD and rows <= MOST_REPLICAS
    looked = 0
    trusted = TRUSTED
    k = 0
    while k < pre:
        mode = FRESH if fresh and k == 0 else CONTINUE
        a_here, b_here = advance(a, k), advance(b, k * theta_stride)
        if skip and k >= looked:
            depth = min(WORD, pre - k)
            if predict_active(
                c, mu_stride, a_here, f_stride, b_here, theta_stride, rows, depth, post,
                fresh and k == 0,
            ):  # fmt: skip
                k += depth
                trusted = TRUSTED
                continue
            looked = k + trusted
            trusted *= 2
        depth = min(block, looked - k, pre - k) if skip else min(block, pre - k)
        if along:
            for r in range(rows):
                predict_along(
                    advance(c, r * mu_stride), advance(a_here, r * f_stride), b_here, theta_stride,
                    depth, post, mode,
                )  # fmt: skip
        else:
            _predict(
                c, mu_stride, a_here, f_stride, b_here, theta_stride, rows, depth, post, mode,
                copies,
            )  # fmt: skip
        k += depth


@inner
def transpose(target, target_row, source, source_row, rows, columns):
    """target[j * target_row + i] = source[i * source_row + j]; whole squares are written."""
    width = vector_length(source)
    for i in range(0, rows, width):
        transpose_rows(
            advance(target, i), target_row, advance(source, i * source_row), source_row,
            min(width, rows - i), columns,
        )  # fmt: skip


@inner
def _multiply_across(c, c_row, a, a_row, b, b_row, rows, columns, depth, mode):
    """C[r, i] = chain over k ascending of fma(A[r, k], B[i, k], start): theta read across.

    Panels of theta are transposed into a block on the stack, and multiplied from there.
    """
    width = vector_length(b)
    panel = stack_vectors(b, PANEL_VECTORS)
    i = 0
    while i < columns:
        vectors = _strip_vectors(columns - i, width)
        wanted = min(vectors * width, columns - i)
        for k in range(0, depth, DEPTH_BLOCK):
            steps = min(DEPTH_BLOCK, depth - k)
            transpose(panel, vectors * width, advance(b, i * b_row + k), b_row, wanted, steps)
            _strip(
                vectors, advance(c, i), c_row, advance(a, k), a_row, 1, panel, vectors * width,
                rows, steps, wanted - (vectors - 1) * width, mode if k == 0 else CONTINUE,
                0, 0, zero_like(b),
            )  # fmt: skip
        i += wanted


@inner
def accumulate_feedback(
    epsilon, epsilon_at, epsilon_stride, theta, theta_at, theta_stride,
    feedback, feedback_at, feedback_stride, rows, pre, post, fresh,
):  # fmt: skip
    """feedback[r, i] = chain over j ascending of fma(epsilon[r, j], theta[i, j], start).

    The start is 0.0 if `fresh`, else feedback[r, i].
    """
    a = address(epsilon, epsilon_at)
    b = address(theta, theta_at)
    c = address(feedback, feedback_at)
    width = vector_length(b)
    mode = FRESH if fresh else CONTINUE
    done = 0
    begun = 0
    if rows == 1:
        # One replica: whole squares of theta go from memory to registers; two edges are left.
        blocks = pre // (ACROSS_VECTORS * width)
        begun = post // width * width
        if blocks > 0 and begun > 0:
            multiply_across(c, a, b, theta_stride, blocks, begun, mode)
            done = blocks * ACROSS_VECTORS * width
    for finishing in range(2):
        first = 0 if finishing else done
        count = done if finishing else pre - done
        step = begun if finishing else 0
        if count > 0 and step < post:
            _multiply_across(
                advance(c, first), feedback_stride, advance(a, step), epsilon_stride,
                advance(b, first * theta_stride + step), theta_stride,
                rows, count, post - step, CONTINUE if finishing else mode,
            )  # fmt: skip


@inner
def learn(
    f, f_at, f_stride, drive, drive_at, drive_stride, theta, theta_at, theta_stride,
    rows, pre, post, ahead, alpha, skip,
):  # fmt: skip
    """theta[i, j] = fma(alpha, G[i, j], theta[i, j]) + 0.0.

    G[i, j] = chain over r ascending of fma(f[r, i], drive[r, j], 0.0 to begin with). `ahead` is the
    address of a table of rows, as long as those of f, that will be read soon, or 0. Where enough
    f[r, i] are zero they are left out if `skip` allows it, of a single replica any: of finite
    numbers, with weights that are not -0.0, the bits are the same.
    """
    a = address(f, f_at)
    b = address(drive, drive_at)
    c = address(theta, theta_at)
    if rows == 1:
        learn_along_active(c, theta_stride, a, b, pre, post, ahead, alpha, skip)
        return
    width = vector_length(b)
    block = _rows_together(c, post, LEAST_TO_LEARN)
    skip = skip and pre >= WORD and rows <= MOST_REPLICAS
    looked = 0
    trusted = TRUSTED
    i = 0
    while i < pre:
        if skip and i >= looked:
            count = min(WORD, pre - i)
            if learn_active(
                advance(c, i * theta_stride), theta_stride, advance(a, i), f_stride,
                b, drive_stride, rows, count, post, ahead, i, alpha,
            ):  # fmt: skip
                i += count
                trusted = TRUSTED
                continue
            looked = i + trusted
            trusted *= 2
        count = min(block, looked - i, pre - i) if skip else min(block, pre - i)
        j = 0
        while j < post:
            vectors = _strip_vectors(post - j, width)
            columns = min(vectors * width, post - j)
            _strip(
                vectors, advance(c, i * theta_stride + j), theta_stride, advance(a, i), 1,
                f_stride, advance(b, j), drive_stride, count, rows,
                columns - (vectors - 1) * width, LEARN, ahead if j == 0 else 0, i, alpha,
            )  # fmt: skip
            j += columns
        i += count
