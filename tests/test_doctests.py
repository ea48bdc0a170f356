"""The examples of the docstrings run."""

import doctest
import importlib

import pytest


@pytest.mark.parametrize(
    "module",
    [
        "description.activations", "auditing.audit", "description.connectors", "datasets.datasets", "simulation.inspection", "kernels.machine",
        "models.bp", "recording.monitors", "network", "simulator",
    ],
)  # fmt: skip
def test_examples(module):
    result = doctest.testmod(importlib.import_module(f"neurosim.{module}"))
    assert result.failed == 0
    assert result.attempted > 0
