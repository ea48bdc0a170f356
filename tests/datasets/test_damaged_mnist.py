"""Damaged files are refused, and cost no more than what is there."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from oracles.idx_files import (
    IMAGES,
    LABELS,
    TEST_IMAGES,
    compress,
    huge_header,
    idx,
)

from neurosim import datasets
from neurosim.errors import DataError


def test_verify_refuses_what_is_not_the_original(folder: Path) -> None:
    with pytest.raises(DataError, match=r"train-images.*is not the original.*SHA-256"):
        datasets.mnist(folder, verify=True)


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize(
    ("name", "damage", "message"),
    [
        (IMAGES, lambda a: idx(a)[:-1], "ends early|announces 23520 bytes of data and has 23519"),
        (LABELS, lambda a: idx(a)[:-5], "ends early|announces 30 bytes of data and has 25"),
        (IMAGES, lambda a: idx(a) + b"\0", "goes on after|and has 23521"),
        (IMAGES, lambda a: idx(a)[:7], "too short"),
        (LABELS, lambda a: b"", "too short"),
        (IMAGES, lambda a: idx(a, magic=0x0D03), "magic number 0x00000d03; IDX images start with"),
        (IMAGES, lambda a: idx(a[:, 0, 0]) + b"12345678", "magic number 0x00000801"),
        (LABELS, lambda a: idx(a, magic=0x0803), "IDX labels start with 0x00000801"),
        (IMAGES, lambda a: idx(a[:, :, :27]), "28 x 27 pixels"),
        (IMAGES, lambda a: idx(a[:0]), "announces 0 samples"),
        (IMAGES, lambda a: huge_header(2**32 - 1, 28, 28), "announces 4294967295 samples"),
        (IMAGES, lambda a: huge_header(30, 2**32 - 1, 2**32 - 1), "announces images of"),
        (IMAGES, lambda a: huge_header(1_000_000, 28, 28), "cannot hold that|and has 100$"),
        (LABELS, lambda a: huge_header(2**32 - 1), "announces 4294967295 samples"),
        (LABELS, lambda a: huge_header(1_000_000), "cannot hold that|and has 100$"),
        (LABELS, lambda a: idx(np.where(np.arange(30) == 7, 11, a).astype(np.uint8)),
         "label 11 at position 7; labels are 0 to 9"),
        (LABELS, lambda a: idx(a[:-1]), "30 images and .* has 29 labels"),
    ],
)  # fmt: skip
def test_damaged_files_are_refused(
    folder: Path, contents: dict[str, np.ndarray], name: str, damage, message: str, compressed: bool
) -> None:
    (folder / name).write_bytes(damage(contents[name]))
    if compressed:
        compress(folder, name)
    with pytest.raises(DataError, match=message) as caught:
        datasets.mnist(folder)
    assert name in str(caught.value)


def test_a_gzip_bomb_is_not_unpacked(folder: Path) -> None:
    bomb = huge_header(10, 28, 28) + b"\0" * 100_000_000
    compress(folder, IMAGES, bomb)
    with pytest.raises(DataError, match="goes on after the 7840 bytes"):
        datasets.mnist(folder)


def test_memory_follows_what_is_there_not_what_is_announced(folder: Path) -> None:
    # Incompressible junk makes the file large enough to pass for one with 784 MB of data.
    junk = np.random.default_rng(0).integers(0, 256, 1_000_000, dtype=np.uint8).tobytes()
    compress(folder, IMAGES, huge_header(1_000_000, 28, 28) + junk)
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match=r"ends early.* 784000000 .* has 1000100"):
            datasets.mnist(folder)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_a_damaged_gzip_file_is_refused(folder: Path) -> None:
    compress(folder, IMAGES)
    path = folder / f"{IMAGES}.gz"
    whole = path.read_bytes()
    for damaged in (
        whole[:-8],
        whole[: len(whole) // 2],
        whole[:-8] + bytes(8),
        whole[:20] + bytes(50) + whole[70:],
        whole[:5],
    ):
        path.write_bytes(damaged)
        with pytest.raises(DataError, match=IMAGES):
            datasets.mnist(folder)


def test_missing_files_are_named(folder: Path) -> None:
    (folder / LABELS).unlink()
    (folder / TEST_IMAGES).unlink()
    (folder / TEST_IMAGES).mkdir()
    with pytest.raises(DataError, match=rf"lacks {LABELS}, {TEST_IMAGES}"):
        datasets.mnist(folder)
    for nowhere in (folder / "absent", folder / IMAGES):
        with pytest.raises(DataError, match="is not a folder"):
            datasets.mnist(nowhere)
