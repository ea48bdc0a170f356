"""An error names the byte at which a file is wrong."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from oracles.idx_files import IMAGES, LABELS, compress, huge_header, idx

from neurosim import datasets
from neurosim.datasets.unpacking import Unpacked
from neurosim.errors import DataError


def byte_of(error: DataError) -> int:
    found = re.search(r", byte (\d+)", str(error))
    assert found is not None, error
    return int(found[1])


def refusal_of(folder: Path, sha256: Mapping[str, str]) -> DataError | None:
    """Return the error of a folder, which else must hold what has these hashes."""
    try:
        data = datasets.mnist(folder)
    except DataError as error:
        return error
    assert data.sha256 == sha256
    return None


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize(
    ("name", "damage", "byte"),
    [
        (IMAGES, lambda a: idx(a)[:-1], 16 + 30 * 784 - 1),
        (LABELS, lambda a: idx(a)[:-5], 8 + 25),
        (IMAGES, lambda a: idx(a) + b"\0", 16 + 30 * 784),
        (LABELS, lambda a: idx(a) + b"\0" * 100_000, 8 + 30),
        (IMAGES, lambda a: idx(a)[:7], 7),
        (LABELS, lambda a: b"", 0),
        (IMAGES, lambda a: idx(a, magic=0x0D03), 0),
        (LABELS, lambda a: idx(a, magic=0x0803), 0),
        (IMAGES, lambda a: idx(a[:0]), 4),
        (IMAGES, lambda a: huge_header(2**32 - 1, 28, 28), 4),
        (IMAGES, lambda a: idx(a[:, :27, :]), 8),
        (IMAGES, lambda a: idx(a[:, :, :27]), 12),
        (LABELS, lambda a: idx(np.where(np.arange(30) == 7, 11, a).astype(np.uint8)), 8 + 7),
        (LABELS, lambda a: idx(a[:-1]), 4),
    ],
)  # fmt: skip
def test_the_byte_of_the_contents(
    folder: Path, contents: dict, name: str, damage, byte: int, compressed: bool
) -> None:
    (folder / name).write_bytes(damage(contents[name]))
    if compressed:
        compress(folder, name)
    with pytest.raises(DataError) as caught:
        datasets.mnist(folder)
    assert byte_of(caught.value) == byte
    assert (f"{name}.gz, byte {byte} when unpacked:" in str(caught.value)) == compressed


def test_headers_that_promise_what_cannot_be(folder: Path) -> None:
    (folder / IMAGES).write_bytes(huge_header(1_000_000, 28, 28))
    with pytest.raises(DataError, match=r"ubyte, byte 116: announces 784000000 .* has 100$"):
        datasets.mnist(folder)
    compress(folder, IMAGES)
    with pytest.raises(DataError, match=r"gz, byte 4 when unpacked: announces 784000000 bytes"):
        datasets.mnist(folder)


def test_the_byte_of_compressed_data_that_end_early(folder: Path) -> None:
    compress(folder, IMAGES)
    path = folder / f"{IMAGES}.gz"
    whole = path.read_bytes()
    for size in (
        2,
        5,
        10,
        11,
        100,
        len(whole) // 2,
        len(whole) - 9,
        len(whole) - 8,
        len(whole) - 1,
    ):
        path.write_bytes(whole[:size])
        with pytest.raises(DataError, match="ends in the middle of its compressed data") as caught:
            datasets.mnist(folder)
        assert byte_of(caught.value) == size


def test_the_byte_of_compressed_data_that_are_damaged(folder: Path) -> None:
    compress(folder, IMAGES)
    path = folder / f"{IMAGES}.gz"
    whole = path.read_bytes()
    # The method is read with the flags; of the checksum and the length these are the last bytes.
    for byte, noticed in ((2, 3), (3, 3), (-5, len(whole) - 5), (-1, len(whole) - 1)):
        damaged = bytearray(whole)
        damaged[byte] ^= 0x80
        path.write_bytes(damaged)
        with pytest.raises(DataError, match="compressed data are damaged") as caught:
            datasets.mnist(folder)
        assert byte_of(caught.value) == noticed


def test_any_bit_that_is_wrong_is_noticed_not_before_it(folder: Path) -> None:
    sha256 = datasets.mnist(folder).sha256
    compress(folder, IMAGES)
    path = folder / f"{IMAGES}.gz"
    whole = path.read_bytes()
    generator, refused = np.random.default_rng(3), 0
    for byte in [*range(10, 60), *generator.integers(60, len(whole), 100).tolist()]:
        damaged = bytearray(whole)
        damaged[byte] ^= 1 << int(generator.integers(8))
        path.write_bytes(damaged)
        error = refusal_of(folder, sha256)
        refused += error is not None
        if error is not None and "when unpacked" not in str(error):
            assert byte <= byte_of(error) <= len(whole)
    # A few bits are there to fill a byte, and mean nothing.
    assert refused > 140


def test_unpacking_is_pythons() -> None:
    generator = np.random.default_rng(5)
    parts = [
        b"",
        generator.integers(0, 256, 200_000, dtype=np.uint8).tobytes(),
        bytes(3_000_000),
        generator.integers(0, 3, 500_000, dtype=np.uint8).tobytes(),
    ]
    for padding in (0, 1, 70_000):
        data = b"".join(gzip.compress(part) + bytes(padding) for part in parts)
        expected = gzip.decompress(data)
        for size in (1 << 20, 65_536, 9_999_999, 997):
            stream, read = Unpacked(Path("some"), io.BytesIO(data)), []
            while chunk := stream.read(size):
                read.append(chunk)
                assert len(chunk) <= size
            assert b"".join(read) == expected
            assert all(len(chunk) == size for chunk in read[:-1])
            assert stream.read(1) == b""


def test_what_follows_the_compressed_data_is_no_part_of_them(folder: Path) -> None:
    compress(folder, LABELS)
    path = folder / f"{LABELS}.gz"
    whole = path.read_bytes()
    path.write_bytes(whole + b"junk")
    with pytest.raises(DataError, match="damaged") as caught:
        datasets.mnist(folder)
    assert len(whole) <= byte_of(caught.value) < len(whole) + 4
    path.write_bytes(whole + bytes(1000))
    assert len(datasets.mnist(folder).train_labels) == 30


def test_the_damage_of_a_bomb_is_found(folder: Path) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = packer.compress(huge_header(900_000, 28, 28) + bytes(60_000_000)) + packer.flush()
    (folder / IMAGES).unlink()
    (folder / f"{IMAGES}.gz").write_bytes(bomb[:40_000] + b"\xff" * 40_000 + bytes(1_000_000))
    with pytest.raises(DataError, match="damaged") as caught:
        datasets.mnist(folder)
    assert 40_000 <= byte_of(caught.value) < 80_010
