"""What is fetched is the original or nothing, and nothing half is ever in the cache."""

from __future__ import annotations

import gzip
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from mirrors import Mirror
from oracles.idx_files import IMAGES, LABELS, TEST_LABELS, idx

from neurosim.datasets import Dataset, fetching, mnist
from neurosim.datasets.idx_sets import load
from neurosim.datasets.known_sets import FILES, KnownSet
from neurosim.errors import DataError, MissingExtraError

pytest.importorskip("pooch")
NOWHERE = "http://127.0.0.1:9/"


def loaded(known: KnownSet, folder: Path | None = None) -> Dataset:
    return load(known, folder, (0.0, 1.0), "float64", None)


def everything_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_what_is_nowhere_is_fetched_once(
    mirror: Mirror, contents: dict, published: Callable[..., KnownSet], cache: Path
) -> None:
    known = published(contents, mirror.address)
    first, second = loaded(known), loaded(known)
    assert sorted(mirror.asked) == sorted(f"{name}.gz" for name in FILES)
    assert everything_in(cache) == sorted(mirror.asked)
    for data in (first, second):
        np.testing.assert_array_equal(data.train_inputs, contents[IMAGES].reshape(30, 784) / 255)
        np.testing.assert_array_equal(data.test_labels, contents[TEST_LABELS])
    # Else a server may unpack it on the way, and it were no more what has the known hash.
    assert mirror.encodings == {"identity"}


def test_only_what_the_cache_lacks_is_fetched(
    mirror: Mirror, contents: dict, published: Callable[..., KnownSet], cache: Path
) -> None:
    known = published(contents, mirror.address)
    loaded(known)
    (cache / "mnist" / f"{LABELS}.gz").unlink()
    mirror.asked.clear()
    loaded(known)
    assert mirror.asked == [f"{LABELS}.gz"]


def test_the_next_mirror_is_asked_if_one_is_of_no_use(
    mirror: Mirror, contents: dict, published: Callable[..., KnownSet]
) -> None:
    with Mirror({}) as empty, Mirror({f"{name}.gz": b"?" for name in FILES}) as wrong:
        known = published(contents, NOWHERE, empty.address, wrong.address, mirror.address)
        assert len(loaded(known).train_inputs) == 30
        assert len(empty.asked) == len(wrong.asked) == 4


@pytest.mark.parametrize(
    ("manner", "damage", "message"),
    [
        ("honest", lambda data: data[:-1] + b"?", "is not the original, as its SHA-256 tells"),
        ("honest", lambda data: data[:-1], "is not the original"),
        ("honest", lambda data: b"<html>Please log in</html>", "is not the original"),
        ("honest", lambda data: b"", "is not the original"),
        ("honest", lambda data: data + b"\0", "is not the original: it goes on at byte"),
        ("honest", lambda data: gzip.decompress(data), "is not the original"),
        ("endless", lambda data: data, "is not the original: it goes on at byte"),
        ("cut", lambda data: data, "is not the original|broke off|Incomplete"),
        ("stuck", lambda data: data, "broke off|timed out"),
    ],
)
def test_wrong_bytes_are_refused_and_nothing_is_left(
    mirror: Mirror,
    contents: dict,
    published: Callable[..., KnownSet],
    cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    manner: str,
    damage: Callable[[bytes], bytes],
    message: str,
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(fetching, "PATIENCE", 0.3)
    known = published(contents, mirror.address)
    name = f"{LABELS}.gz"
    mirror.files[name] = damage(mirror.files[name])
    if manner != "honest":
        # A small file could be given before anybody notices.
        name, mirror.manner = f"{IMAGES}.gz", manner
    with pytest.raises(DataError, match=message) as caught:
        loaded(known)
    assert f"{mirror.address}{name}" in str(caught.value)
    assert f"put {IMAGES}.gz" in str(caught.value)
    assert everything_in(cache) == ([f"{IMAGES}.gz"] if manner == "honest" else [])
    assert everything_in(tmp_path) == []


def test_a_process_that_is_killed_leaves_nothing(
    mirror: Mirror, contents: dict, published: Callable[..., KnownSet], cache: Path
) -> None:
    mirror.manner = "stuck"
    known = published(contents, mirror.address)
    script = (
        "from neurosim.datasets.known_sets import KnownSet, Packed\n"
        "from neurosim.datasets.idx_sets import load\n"
        f"load({known!r}, None, (0.0, 1.0), 'float64', None)"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.DEVNULL)
    try:
        assert mirror.half_given.wait(60)
    finally:
        process.kill()
        assert process.wait() == -signal.SIGKILL
    assert everything_in(cache) == []
    mirror.manner = "honest"
    assert len(loaded(known).train_inputs) == 30


def test_many_may_fetch_at_once(
    mirror: Mirror, contents: dict, published: Callable[..., KnownSet], cache: Path
) -> None:
    known, data = published(contents, mirror.address), []
    threads = [threading.Thread(target=lambda: data.append(loaded(known))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(data) == 4
    assert everything_in(cache) == sorted(f"{name}.gz" for name in FILES)


def test_what_was_fetched_may_be_read_by_whom_the_process_allows(
    mirror: Mirror, contents: dict, published: Callable[..., KnownSet], cache: Path
) -> None:
    loaded(published(contents, mirror.address))
    (cache / "as-usual").touch()
    usual = (cache / "as-usual").stat().st_mode
    assert {path.stat().st_mode for path in (cache / "mnist").iterdir()} == {usual}


def test_damage_in_the_cache_is_noticed(
    mirror: Mirror, contents: dict, published: Callable[..., KnownSet], cache: Path
) -> None:
    known = published(contents, mirror.address)
    loaded(known)
    path = cache / "mnist" / f"{LABELS}.gz"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(DataError, match=r"labels.*, byte \d+: ends in .* remove it"):
        loaded(known)
    path.write_bytes(gzip.compress(idx((contents[LABELS] + 1) % 10)))
    with pytest.raises(DataError, match=r"bytes 0 to 37 when unpacked: is not the original.*remov"):
        loaded(known)
    path.unlink()
    assert len(loaded(known).train_inputs) == 30


def test_a_cache_that_cannot_be(
    mirror: Mirror,
    contents: dict,
    published: Callable[..., KnownSet],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("NEUROSIM_CACHE_DIR", str(tmp_path / "file"))
    with pytest.raises(DataError, match=r"cannot keep train-images-idx3-ubyte.gz.*put train"):
        loaded(published(contents, mirror.address))


def test_without_a_network_one_sentence_says_what_to_put_where(
    contents: dict, published: Callable[..., KnownSet], cache: Path
) -> None:
    with pytest.raises(DataError) as caught:
        loaded(published(contents, NOWHERE))
    said = str(caught.value)
    for part in (
        "NEUROSIM_DATA is not set",
        str(cache / "mnist"),
        NOWHERE,
        "mnist(folder)",
        *FILES,
    ):
        assert part in said
    assert not cache.exists()


def test_without_pooch_the_same_sentence_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(MissingExtraError, match=r"neurosim\[fetch\].*: put train-images"):
        mnist()
    assert not cache.exists()
