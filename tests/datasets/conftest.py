"""Folders that hold small data sets in the files of the original."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from oracles.idx_files import (
    IMAGES,
    LABELS,
    TEST,
    TEST_IMAGES,
    TEST_LABELS,
    TRAIN,
    idx,
)


@pytest.fixture
def contents() -> dict[str, np.ndarray]:
    """Return small images and labels under the names of the original files."""
    generator = np.random.default_rng(0)
    return {
        IMAGES: generator.integers(0, 256, (TRAIN, 28, 28), dtype=np.uint8),
        LABELS: generator.integers(0, 10, TRAIN, dtype=np.uint8),
        TEST_IMAGES: generator.integers(0, 256, (TEST, 28, 28), dtype=np.uint8),
        TEST_LABELS: generator.integers(0, 10, TEST, dtype=np.uint8),
    }


@pytest.fixture
def folder(tmp_path: Path, contents: dict[str, np.ndarray]) -> Path:
    """Return a folder that holds the contents as plain IDX files."""
    for name, array in contents.items():
        (tmp_path / name).write_bytes(idx(array))
    return tmp_path
