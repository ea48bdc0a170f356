"""neurosim: networks of value nodes, error nodes and synapses that learn as backpropagation does.

Describe a `Network`, run it in a `Simulator` with one of the `models`, and record with monitors.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from neurosim import errors, models
    from neurosim.auditing import audit
    from neurosim.datasets import datasets
    from neurosim.description import connectors, initializers
    from neurosim.description.activations import Activation
    from neurosim.network import Network
    from neurosim.recording.monitors import SpikeMonitor, StateMonitor
    from neurosim.rules.model import Model
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
    "plots",
]

# In a checkout the catalogue of models lies beside this folder; installed, it lies inside.
_CHECKOUT = Path(__file__).parent.parent
if (_CHECKOUT / "models" / "fa_z_il.py").is_file():
    __path__.append(str(_CHECKOUT))

# Imported when first used: the compiler alone takes longer to import than all else.
_HOMES = {
    "Activation": "description.activations",
    "Model": "rules.model",
    "Network": "network",
    "Simulator": "simulator",
    "SpikeMonitor": "recording.monitors",
    "StateMonitor": "recording.monitors",
}
# Modules that are public where they are not in a room.
_MODULES = {
    "audit": "auditing.audit",
    "connectors": "description.connectors",
    "initializers": "description.initializers",
    "plots": "views.plots",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f"neurosim.{_HOMES[name]}"), name)
    if name in __all__:
        return importlib.import_module(f"neurosim.{_MODULES.get(name, name)}")
    raise AttributeError(f"module 'neurosim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
