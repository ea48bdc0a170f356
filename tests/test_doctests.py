"""The examples of the docstrings run."""

import doctest
import importlib
import importlib.util
import pkgutil
import re
from pathlib import Path

import pytest

import neurosim
from neurosim import models


def modules():
    """All modules of the package, by name."""
    # In a checkout the catalogue of models is beside the package, not in it.
    for package in (neurosim, models):
        yield package.__name__
        folder = str(Path(package.__file__).parent)
        for module in pkgutil.walk_packages([folder], f"{package.__name__}."):
            yield module.name


def has_examples(module):
    """By its source, as importing a command would run it."""
    source = Path(importlib.util.find_spec(module).origin).read_text(encoding="utf-8")
    return re.search(r"^ *>>> ", source, re.M) is not None


WITH_EXAMPLES = [module for module in sorted({*modules()}) if has_examples(module)]


@pytest.mark.parametrize("module", WITH_EXAMPLES)
def test_examples(module):
    result = doctest.testmod(importlib.import_module(module))
    assert result.failed == 0
    assert result.attempted > 0


def test_no_example_is_overlooked():
    assert len(WITH_EXAMPLES) >= 10
