"""Numba's disk cache, kept free of code compiled from older sources."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from neurosim.kernels.machine.cache import folders
from neurosim.kernels.verbs import run
from neurosim.rules.compilation import kernel_digest

__all__ = ["prepare_cache"]

#: What imports kernels of every folder of sources, so that all folders of the cache are known.
KNOWING = run
_checked = False


def prepare_cache() -> None:
    """Throw compiled kernels away if any kernel's source has changed since.

    Numba looks at the file of the function that is called, not at the files of what that function
    calls in turn, and would go on using what it compiled from them. It keeps a folder for each
    folder of sources, and each is looked at.
    """
    global _checked
    if _checked:
        return
    _checked = True
    for folder in sorted(folders()):
        _sweep(Path(folder))


def _sweep(folder: Path) -> None:
    mark = folder / "kernels.digest"
    try:
        if not folder.is_dir() or (mark.exists() and mark.read_text() == kernel_digest()):
            return
        for suffix in ("*.nbi", "*.nbc"):
            for path in folder.glob(suffix):
                path.unlink(missing_ok=True)
        handle, temporary = tempfile.mkstemp(dir=folder)
        with os.fdopen(handle, "w") as stream:
            stream.write(kernel_digest())
        os.replace(temporary, mark)
    except OSError:
        # A folder that cannot be written to holds nothing that this process could make stale.
        return
