"""Optional libraries, imported when they are used."""

from __future__ import annotations

import importlib
from types import ModuleType

from neurosim.errors import MissingExtraError

__all__ = ["require"]


def require(module: str, extra: str) -> ModuleType:
    """Import an optional library.

    Parameters
    ----------
    module : str
        What to import.
    extra : str
        The extra of neurosim that installs it.

    Raises
    ------
    MissingExtraError
        If it is not installed; the message names the extra.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] != module.split(".")[0]:
            raise
        name = module.split(".")[0]
        raise MissingExtraError(
            f'this needs the library {name!r}: pip install "neurosim[{extra}]"'
        ) from error
