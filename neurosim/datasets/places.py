"""Where the files of a data set are: a folder of the user's, or the cache, into which they come."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from neurosim.datasets.fetching import fetch
from neurosim.datasets.known_sets import FILES, KnownSet
from neurosim.errors import ArgumentTypeError, DataError, MissingExtraError

__all__ = ["DATA_VARIABLE", "Place", "at_hand", "cache_folder", "find"]

#: The environment variable that names a folder of data.
DATA_VARIABLE = "NEUROSIM_DATA"


@dataclass(frozen=True)
class Place:
    """Where the four files are.

    Attributes
    ----------
    paths : dict of str to Path
        Each file, by its original name.
    is_cache : bool
        Whether they are in the cache, from which they may be removed.
    """

    paths: dict[str, Path]
    is_cache: bool = False


def find(known: KnownSet, folder: str | os.PathLike[str] | None) -> Place:
    """Find the files of a data set; fetch what is nowhere.

    Raises
    ------
    ArgumentTypeError
        If `folder` is no path.
    DataError
        If the files are in none of the places, and cannot be had.
    MissingExtraError
        If they could be fetched were pooch installed.
    """
    if folder is not None:
        try:
            given = Path(folder)
        except TypeError:
            raise ArgumentTypeError(
                f"{known.function}: folder must be a path or None, not {folder!r}"
            ) from None
        if not os.path.isdir(given):
            raise DataError(
                f"{given} is not a folder; {known.function}() needs one with the four IDX files"
            )
        return Place(_complete(_in(given, known) or {}, given))
    return _named(known) or _cached(known)


def at_hand(known: KnownSet) -> bool:
    """Whether the files of a data set can be read without anything being fetched.

    Raises
    ------
    DataError
        If the environment variable names no folder, or one that has only some of the files.
    """
    cache = cache_folder(known)
    return _named(known) is not None or (cache is not None and len(_files(cache)) == len(FILES))


def _named(known: KnownSet) -> Place | None:
    """Return the files in the folder that the environment variable names; None if it has none."""
    named = os.environ.get(DATA_VARIABLE)
    if not named:
        return None
    data = Path(named)
    if not os.path.isdir(data):
        raise DataError(
            f"{DATA_VARIABLE} must name a folder with the files of data sets; {named!r} is none"
        )
    found = _in(data, known)
    return Place(_complete(found, data)) if found else None


def cache_folder(known: KnownSet) -> Path | None:
    """Return where the files of a data set are kept once fetched; None if the user has no place."""
    if root := os.environ.get("NEUROSIM_CACHE_DIR"):
        return Path(root).absolute() / "neurosim-data" / known.name
    try:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:
        return None
    return home / "neurosim" / "data" / known.name if home.is_absolute() else None


def _in(folder: Path, known: KnownSet) -> dict[str, Path]:
    """Return what a folder has of the files: in its sub-folder of the set's name, or itself."""
    return _files(folder / known.name) or _files(folder)


def _files(folder: Path) -> dict[str, Path]:
    """Return those of the four files that are in a folder, by their original names."""
    found = {}
    for name in FILES:
        # Some archives unpack to "train-images.idx3-ubyte".
        spellings = (name, name.replace("-idx", ".idx"))
        candidates = [folder / (spelling + end) for end in ("", ".gz") for spelling in spellings]
        # Of a path that is too long, Path.is_file raises what is no error of ours.
        existing = [candidate for candidate in candidates if os.path.isfile(candidate)]
        if existing:
            found[name] = existing[0]
    return found


def _complete(found: dict[str, Path], folder: Path) -> dict[str, Path]:
    """Return the files if all are there; report all that are missing at once."""
    missing = [name for name in FILES if name not in found]
    if missing:
        # They may be in a sub-folder, which is then where the others are missing.
        where = next((path.parent for path in found.values()), folder)
        raise DataError(f"{where} lacks {', '.join(missing)} (each may also end in .gz)")
    return found


def _cached(known: KnownSet) -> Place:
    """Return the files in the cache; those that are not there are fetched."""
    folder = cache_folder(known)
    if folder is None:
        raise DataError(_nowhere(known, None, "without a cache nothing is fetched"))
    found = _files(folder)
    try:
        for name in FILES:
            if name not in found:
                found[name] = fetch(known, name, folder)
    except (DataError, MissingExtraError) as error:
        raise type(error)(_nowhere(known, folder, f"they cannot be fetched ({error})")) from error
    return Place(found, is_cache=True)


def _nowhere(known: KnownSet, folder: Path | None, why: str) -> str:
    """Say in one sentence what to put where."""
    named = os.environ.get(DATA_VARIABLE)
    variable = f"{DATA_VARIABLE}={named} has none" if named else f"{DATA_VARIABLE} is not set"
    cache = "this user has no cache" if folder is None else f"the cache {folder} lacks some"
    return (
        f"{known.title} needs its four files, but {known.function}() was given no folder, "
        f"{variable}, {cache}, and {why}: put {', '.join(f'{name}.gz' for name in FILES)} into a "
        f"folder and give it as {known.function}(folder), or name the folder above "
        f"{known.name}/ in {DATA_VARIABLE}"
    )
