"""neurosim: networks of value nodes, error nodes and synapses that learn as backpropagation does.

Describe a `Network`, run it in a `Simulator` with one of the `models`, and record with monitors.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from neurosim import audit, connectors, datasets, errors, initializers, models
    from neurosim.activations import Activation
    from neurosim.model import Model
    from neurosim.monitors import SpikeMonitor, StateMonitor
    from neurosim.network import Network
    from neurosim.simulator import Simulator

__version__ = "0.1.0"

__all__ = [
    "Activation",
    "Model",
    "Network",
    "Simulator",
    "SpikeMonitor",
    "StateMonitor",
    "audit",
    "connectors",
    "datasets",
    "errors",
    "initializers",
    "models",
]

# In a checkout the catalogue of models lies beside this folder; installed, it lies inside.
_CHECKOUT = Path(__file__).parent.parent
if (_CHECKOUT / "models" / "fa_z_il.py").is_file():
    __path__.append(str(_CHECKOUT))

# Imported when first used: the compiler alone takes longer to import than all else.
_HOMES = {
    "Activation": "activations",
    "Model": "model",
    "Network": "network",
    "Simulator": "simulator",
    "SpikeMonitor": "monitors",
    "StateMonitor": "monitors",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f"neurosim.{_HOMES[name]}"), name)
    if name in __all__:
        return importlib.import_module(f"neurosim.{name}")
    raise AttributeError(f"module 'neurosim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
