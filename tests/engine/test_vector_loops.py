"""The loop over a row of nodes that a compiled activation becomes."""

import numpy as np
import pytest
from oracles.processes import printed_apart

from neurosim.kernels.machine.deferred import MOST_SIDE_BY_SIDE
from neurosim.kernels.machine.padding import PADDING
from neurosim.kernels.machine.registers import VECTOR_BYTES

ONE_ACTIVATION = """
import numpy as np
from neurosim.description.activations import ACTIVATIONS
from neurosim.engine.loops import compile_activation
from neurosim.rules import compilation
compile_activation(ACTIVATIONS["sigmoid"].functions, np.dtype("{dtype}"))
print(*(loop.inspect_llvm() for loop in compilation._loops.values()))
"""


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_row_of_padding_is_gone_through_in_whole_vectors_side_by_side(dtype, tmp_path):
    """As many numbers in a turn of the loop as rows are padded to, or as many vectors as pay."""
    code = printed_apart(ONE_ACTIVATION.format(dtype=dtype), tmp_path)
    lanes = VECTOR_BYTES // np.dtype(dtype).itemsize
    number = {"float64": "double", "float32": "float"}[dtype]
    quotients = code.count(f"fdiv <{lanes} x {number}>")
    # LLVM may add a loop over single vectors behind it.
    assert quotients >= min(PADDING // lanes, MOST_SIDE_BY_SIDE)
