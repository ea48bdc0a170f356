"""The scripts of examples/, loaded from where they are, as a reader would run them.

`micro` is Fa-Z-IL in plain Python: objects and lists, no arrays, nothing of the package. It is the
readable reference that the engine is tested against.
"""

import importlib.util
import sys
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "examples"


def example(name):
    """The module of a script, run anew."""
    specification = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module
    specification.loader.exec_module(module)
    return module
