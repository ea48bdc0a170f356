"""Options of data sets that make no sense are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from neurosim import datasets
from neurosim.errors import DataError

BAD_OPTIONS = [
    ({"targets": (0.0, 0.0)}, "two different finite numbers"),
    ({"targets": (0.0, float("nan"))}, "two different finite numbers"),
    ({"targets": (0.0, float("inf"))}, "two different finite numbers"),
    ({"targets": (0.0, 0.5, 1.0)}, "two numbers"),
    ({"targets": 1.0}, "two numbers"),
    ({"targets": ("off", "on")}, "two numbers"),
    ({"dtype": "float16"}, "float64 or float32"),
    ({"dtype": "int64"}, "float64 or float32"),
    ({"dtype": "flaot64"}, "float64 or float32"),
    ({"dtype": None}, "float64 or float32"),
]


@pytest.mark.parametrize(("options", "message"), BAD_OPTIONS)
def test_bad_options_of_mnist(folder: Path, options: dict, message: str) -> None:
    for function in (datasets.mnist, datasets.fashion_mnist):
        with pytest.raises(DataError, match=message):
            function(folder, **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        *BAD_OPTIONS,
        ({"test_fraction": 0.0}, "between 0 and 1"),
        ({"test_fraction": 1.0}, "between 0 and 1"),
        ({"test_fraction": float("nan")}, "between 0 and 1"),
        ({"test_fraction": "half"}, "between 0 and 1"),
        ({"seed": -1}, "whole number"),
        ({"seed": 0.5}, "whole number"),
        ({"seed": None}, "whole number"),
    ],
)
def test_bad_options_of_digits(options: dict, message: str) -> None:
    with pytest.raises(DataError, match=message):
        datasets.digits(**options)
