"""Folders that hold small data sets in the files of the original, and a mirror of them."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from mirrors import Mirror
from oracles.idx_files import (
    IMAGES,
    LABELS,
    TEST,
    TEST_IMAGES,
    TEST_LABELS,
    TRAIN,
    idx,
)

from neurosim.datasets.known_sets import KnownSet, Packed

Contents = dict[str, np.ndarray]


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the data and the cache of whoever tests out of this; return the cache of the test."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("NEUROSIM_CACHE_DIR", str(folder))
    monkeypatch.delenv("NEUROSIM_DATA", raising=False)
    # A proxy does not know the servers of this machine.
    monkeypatch.setenv("NO_PROXY", "*")
    return folder / "neurosim-data"


@pytest.fixture
def make_contents() -> Callable[[int], Contents]:
    """Return what makes small images and labels under the names of the original files."""

    def make(seed: int) -> Contents:
        generator = np.random.default_rng(seed)
        return {
            IMAGES: generator.integers(0, 256, (TRAIN, 28, 28), dtype=np.uint8),
            LABELS: generator.integers(0, 10, TRAIN, dtype=np.uint8),
            TEST_IMAGES: generator.integers(0, 256, (TEST, 28, 28), dtype=np.uint8),
            TEST_LABELS: generator.integers(0, 10, TEST, dtype=np.uint8),
        }

    return make


@pytest.fixture
def contents(make_contents: Callable[[int], Contents]) -> Contents:
    """Return one such set."""
    return make_contents(0)


@pytest.fixture
def write() -> Callable[[Path, Contents], Path]:
    """Return what writes contents into a folder as plain IDX files."""

    def write_into(folder: Path, contents: Contents) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for name, array in contents.items():
            (folder / name).write_bytes(idx(array))
        return folder

    return write_into


@pytest.fixture
def folder(tmp_path: Path, contents: Contents, write: Callable[[Path, Contents], Path]) -> Path:
    """Return a folder that holds the contents as plain IDX files."""
    return write(tmp_path, contents)


@pytest.fixture
def published() -> Callable[..., KnownSet]:
    """Return what makes a published set of contents, as if they were the original."""

    def publish(contents: Contents, *mirrors: str, name: str = "mnist") -> KnownSet:
        packed = {key: gzip.compress(idx(array), mtime=0) for key, array in contents.items()}
        return KnownSet(
            name=name,
            title=name.upper(),
            contents={
                key: hashlib.sha256(idx(array)).hexdigest() for key, array in contents.items()
            },
            packed={
                key: Packed(hashlib.sha256(data).hexdigest(), len(data))
                for key, data in packed.items()
            },
            mirrors=mirrors,
        )

    return publish


@pytest.fixture
def mirror(contents: Contents) -> Iterator[Mirror]:
    """Return a server on this machine that has the contents, compressed."""
    files = {f"{name}.gz": gzip.compress(idx(array), mtime=0) for name, array in contents.items()}
    with Mirror(files) as running:
        yield running
