"""neurosim: networks of value nodes, error nodes and synapses that learn as backpropagation does.

Describe a `Network`, run it in a `Simulator` with one of the `models`, and record with monitors.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from neurosim import audit, datasets, errors, models, presets, world
    from neurosim.description import connectors, initializers
    from neurosim.description.activations import Activation
    from neurosim.network import Network
    from neurosim.recording.spike_monitor import SpikeMonitor
    from neurosim.recording.state_monitor import StateMonitor
    from neurosim.rules.model import Model
    from neurosim.simulator import Simulator
    from neurosim.sweeps import sweep
    from neurosim.views import plots

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
    "presets",
    "sweep",
    "world",
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
    "SpikeMonitor": "recording.spike_monitor",
    "StateMonitor": "recording.state_monitor",
    "sweep": "sweeps",
}
# Modules that are public where they are not in a room.
_MODULES = {
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
