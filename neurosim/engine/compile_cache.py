"""Numba's disk cache, kept free of code compiled from older sources."""

from __future__ import annotations

from pathlib import Path

import numba

from neurosim.errors import ProtocolError
from neurosim.kernels.machine.cache import folders, give_up
from neurosim.kernels.machine.kept_files import say_unkept, write_text
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

    Raises
    ------
    ProtocolError
        If Numba was told not to compile.
    """
    global _checked
    if getattr(numba.config, "DISABLE_JIT", 0):
        raise ProtocolError(
            "neurosim runs nothing that is not compiled, and NUMBA_DISABLE_JIT forbids to compile; "
            "unset it (a rule of your own is a plain function, and can be tried without neurosim)"
        )
    if _checked:
        return
    for folder in sorted(folders()):
        _sweep(Path(folder))
    _checked = True


def _sweep(folder: Path) -> None:
    mark = folder / "kernels.digest"
    if not folder.is_dir():
        return
    try:
        if mark.is_file() and mark.read_bytes() == kernel_digest().encode():
            return
        for suffix in ("*.nbi", "*.nbc"):
            for path in folder.glob(suffix):
                # What is a folder is no code, and moved out of the way when there is some.
                if not path.is_dir():
                    path.unlink(missing_ok=True)
        write_text(mark, kernel_digest())
    except OSError as error:
        # It may hold what is stale.
        give_up(str(folder))
        say_unkept(error)
