"""Files fetched from the mirrors of a data set, by pooch: the original ones, or none."""

from __future__ import annotations

import shutil
import textwrap
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import BinaryIO

from neurosim.datasets.known_sets import KnownSet, Packed
from neurosim.errors import DataError
from neurosim.extras import require
from neurosim.files import replacing

__all__ = ["fetch"]

#: Seconds without an answer after which a mirror is given up.
PATIENCE = 30
_CHUNK = 1 << 16


def fetch(known: KnownSet, name: str, folder: Path) -> Path:
    """Fetch one file of a data set into a folder, in which it appears as a whole.

    Parameters
    ----------
    known : KnownSet
        The data set.
    name : str
        The original name of the file, without ``.gz``.
    folder : Path
        Where it is kept; made if it is missing.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    MissingExtraError
        If pooch is not installed.
    DataError
        If no mirror gives the original, or it cannot be kept.
    """
    pooch = require("pooch", "fetch")
    packed, failures = known.packed[name], []
    # Until it is known to be the original it is elsewhere, and not in the way if we are killed.
    with TemporaryDirectory(prefix="neurosim-") as elsewhere:
        for mirror in known.mirrors:
            url = f"{mirror}{name}.gz"
            try:
                fetched = _retrieve(pooch, url, packed, f"{name}.gz", elsewhere)
            except (OSError, ValueError) as error:
                failures.append(f"{url}: {_why(error)}")
            else:
                return _keep(Path(fetched), folder)
    raise DataError("; ".join(failures))


def _retrieve(pooch: ModuleType, url: str, packed: Packed, name: str, folder: str) -> str:
    # Fetched as it is: a server that takes .gz for a way to send would have it unpacked.
    http = pooch.HTTPDownloader(
        chunk_size=_CHUNK, timeout=PATIENCE, headers={"Accept-Encoding": "identity"}
    )

    def download(url: str, output: str, _: object) -> None:
        with open(output, "wb") as file:
            http(url, _Bounded(file, packed.size), None)

    path: str = pooch.retrieve(
        url, known_hash=f"sha256:{packed.sha256}", fname=name, path=folder, downloader=download
    )
    return path


def _keep(fetched: Path, folder: Path) -> Path:
    kept = folder / fetched.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with fetched.open("rb") as source, replacing(kept) as stream:
            shutil.copyfileobj(source, stream)
    except OSError as error:
        raise DataError(f"{folder} cannot keep {fetched.name}: {error}") from error
    return kept


def _why(error: OSError | ValueError) -> str:
    """Say in few words why a mirror is of no use."""
    if isinstance(error, DataError):
        return str(error)
    if type(error) is ValueError:
        # Pooch's, of a hash; its message is about mirrors that change their files.
        return "what it gives is not the original, as its SHA-256 tells"
    if isinstance(error, require("requests", "fetch").ConnectionError):
        # Its message is long, and says that there is none several times.
        return "there is no connection, or it broke off"
    return textwrap.shorten(f"{type(error).__name__}: {error}", 160, placeholder=" ...")


class _Bounded:
    """A file to write that takes no more than the original has, as a mirror may give anything."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._size, self._written = file, size, 0

    def write(self, data: bytes) -> None:
        self._written += len(data)
        if self._written > self._size:
            raise DataError(
                f"what it gives is not the original: it goes on at byte {self._size}, "
                "where that ends"
            )
        self._file.write(data)

    def flush(self) -> None:
        self._file.flush()
