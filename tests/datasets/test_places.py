"""Where the files are looked for, in which order, and what has to be where."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from oracles.idx_files import IMAGES, LABELS, TEST_LABELS, idx

from neurosim import datasets
from neurosim.datasets import idx_sets, places
from neurosim.datasets.idx_sets import load
from neurosim.datasets.known_sets import KnownSet
from neurosim.errors import ArgumentTypeError, DataError

Write = Callable[[Path, dict], Path]
SETS = [(datasets.mnist, "mnist"), (datasets.fashion_mnist, "fashion-mnist")]


@pytest.mark.parametrize(("function", "name"), SETS)
def test_a_folder_holds_the_files_or_a_sub_folder_does(
    tmp_path: Path, make_contents: Callable, write: Write, function: Callable, name: str
) -> None:
    outer, inner = make_contents(1), make_contents(2)
    write(tmp_path / "data", outer)
    data = function(tmp_path / "data")
    assert data.name == name
    np.testing.assert_array_equal(data.train_labels, outer[LABELS])
    write(tmp_path / "data" / name, inner)
    np.testing.assert_array_equal(function(tmp_path / "data").train_labels, inner[LABELS])


def test_the_order_of_the_places(
    tmp_path: Path,
    make_contents: Callable,
    write: Write,
    published: Callable[..., KnownSet],
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given, named, cached = make_contents(1), make_contents(2), make_contents(3)
    write(tmp_path / "given", given)
    write(tmp_path / "named" / "mnist", named)
    write(cache / "mnist", cached)

    def labels(contents: dict, folder: Path | None = None) -> np.ndarray:
        return load(published(contents), folder, (0, 1), "float64", None).train_labels

    np.testing.assert_array_equal(labels(cached), cached[LABELS])
    monkeypatch.setenv("NEUROSIM_DATA", str(tmp_path / "named"))
    np.testing.assert_array_equal(labels(named), named[LABELS])
    np.testing.assert_array_equal(labels(named, tmp_path / "given"), given[LABELS])
    # A folder of data that has other sets only is no place of this one.
    monkeypatch.setenv("NEUROSIM_DATA", str(tmp_path))
    np.testing.assert_array_equal(labels(cached), cached[LABELS])
    monkeypatch.setenv("NEUROSIM_DATA", "")
    np.testing.assert_array_equal(labels(cached), cached[LABELS])


def test_the_variable_may_name_the_very_folder(
    folder: Path, contents: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEUROSIM_DATA", str(folder))
    data = datasets.mnist(verify=False)
    np.testing.assert_array_equal(data.train_labels, contents[LABELS])


@pytest.mark.parametrize(("function", "name"), SETS)
def test_unless_a_folder_is_given_it_has_to_be_the_original(
    folder: Path, monkeypatch: pytest.MonkeyPatch, function: Callable, name: str
) -> None:
    monkeypatch.setenv("NEUROSIM_DATA", str(folder))
    for options in ({}, {"verify": True}, {"verify": True, "folder": folder}):
        with pytest.raises(DataError, match=r"bytes 0 to 23535: is not the original.*verify=False"):
            function(**options)
    for options in ({"verify": False}, {"folder": folder}):
        assert function(**options).name == name


def test_a_place_that_has_some_of_the_files(
    folder: Path, write: Write, contents: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEUROSIM_DATA", str(folder))
    (folder / LABELS).unlink()
    with pytest.raises(DataError, match=f"{folder.name} lacks {LABELS} "):
        datasets.mnist()
    write(folder / "mnist", {TEST_LABELS: contents[TEST_LABELS]})
    with pytest.raises(DataError, match=f"mnist lacks {IMAGES}, {LABELS}, t10k-images"):
        datasets.mnist(folder)


def test_a_variable_that_names_no_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEUROSIM_DATA", str(folder / IMAGES))
    with pytest.raises(DataError, match=r"NEUROSIM_DATA must name a folder .* is none"):
        datasets.mnist()


@pytest.mark.parametrize("folder", [5, b"data", ["data"], object()])
def test_a_folder_that_is_no_path(folder: object) -> None:
    for function, _ in SETS:
        with pytest.raises(ArgumentTypeError, match="mnist: folder must be a path or None, not "):
            function(folder)


def test_folders_that_cannot_be() -> None:
    for folder in ("a\0b", "x" * 5000):
        with pytest.raises(DataError, match="is not a folder"):
            datasets.mnist(folder)


def test_verify_is_true_false_or_none(folder: Path) -> None:
    with pytest.raises(ArgumentTypeError, match="verify must be True or False, not 'yes'"):
        datasets.mnist(folder, verify="yes")


def test_the_cache_of_a_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = idx_sets.KNOWN[1]
    monkeypatch.setenv("NEUROSIM_CACHE_DIR", str(tmp_path / "own"))
    assert places.cache_folder(known) == tmp_path / "own" / "neurosim-data" / "fashion-mnist"
    monkeypatch.delenv("NEUROSIM_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert places.cache_folder(known) == tmp_path / "xdg" / "neurosim" / "data" / "fashion-mnist"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert places.cache_folder(known) == tmp_path / ".cache/neurosim/data/fashion-mnist"
    # "~" is what Python makes of the home of a user who has none.
    monkeypatch.setenv("HOME", "~")
    assert places.cache_folder(known) is None
    with pytest.raises(DataError, match=r"this user has no cache.*put train-images"):
        datasets.fashion_mnist()


def test_one_set_is_not_taken_for_another(
    tmp_path: Path,
    make_contents: Callable,
    write: Write,
    published: Callable[..., KnownSet],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    digits, clothes = make_contents(1), make_contents(2)
    known = published(digits), published(clothes, name="fashion-mnist")
    monkeypatch.setattr(idx_sets, "KNOWN", known)
    write(tmp_path, digits)

    def load_as(which: int, **options: bool) -> datasets.Dataset:
        return load(known[which], tmp_path, (0, 1), "float64", options.get("verify"))

    assert load_as(0, verify=True).name == "mnist"
    said = r"images-idx3-ubyte, bytes 0 to 23535: is MNIST's train-images-idx3-ubyte, not FASHION-M"
    with pytest.raises(DataError, match=said):
        load_as(1)
    assert load_as(1, verify=False).name == "fashion-mnist"
    # One file of the other is enough, and the parts of a set are told apart, too.
    write(tmp_path, clothes)
    (tmp_path / TEST_LABELS).write_bytes(idx(digits[TEST_LABELS]))
    with pytest.raises(DataError, match="bytes 0 to 27: is MNIST's t10k-labels-idx1-ubyte, not F"):
        load_as(1)
    write(tmp_path, {name: clothes[name.replace("t10k", "train")] for name in clothes})
    with pytest.raises(DataError, match="is FASHION-MNIST's train-images-idx3-ubyte, not FASHION"):
        load_as(1)


def test_no_file_of_one_known_set_is_one_of_another() -> None:
    contents = [sha256 for known in idx_sets.KNOWN for sha256 in known.contents.values()]
    packed = [file.sha256 for known in idx_sets.KNOWN for file in known.packed.values()]
    assert len({*contents, *packed}) == 16
    assert all(len(sha256) == 64 and int(sha256, 16) for sha256 in contents + packed)
    assert idx_sets.KNOWN[1].contents == datasets.FASHION_MNIST_SHA256
