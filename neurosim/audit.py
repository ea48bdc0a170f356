"""Audits of models, and the comparison of those of Song 2020 that is made of them."""

from __future__ import annotations

from collections.abc import Sequence

from neurosim import models
from neurosim.auditing.audit import PROPERTIES, Audit, columns, yes_or_no
from neurosim.network import Network
from neurosim.simulator import Simulator

__all__ = ["Audit", "comparison"]


def comparison(network: Network | None = None, *, seed: int = 0) -> str:
    """Song 2020, Table 2, from audits of BP, IL, Z-IL and Fa-Z-IL.

    Parameters
    ----------
    network : Network, optional
        On which it is measured; a layered one if not given. It should have three levels or more,
        so that something is out of reach.
    seed : int
        Of the samples and of what is disturbed.

    Examples
    --------
    >>> import neurosim as ns
    >>> print(ns.audit.comparison())
                              BP   IL   ZIL  FaZIL
    equal to backpropagation  yes  no   yes  yes
    local plasticity          no   yes  yes  yes
    partial autonomy          no   yes  yes  yes
    full autonomy             no   no   no   yes
    """
    if network is None:
        network = Network.layered([4, 5, 6, 5, 4, 3], activation="tanh", bias=True, seed=0)
    audits = [models.BP(network).audit(seed=seed)]
    for model in (models.IL(), models.ZIL(), models.FaZIL()):
        audits.append(Simulator(network, model).audit(seed=seed))
    rows: list[Sequence[str]] = [("", *(each.model for each in audits))]
    rows += [(name, *(yes_or_no(each.properties[name]) for each in audits)) for name in PROPERTIES]
    return "\n".join(columns(rows))
