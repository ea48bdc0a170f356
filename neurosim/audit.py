"""Audits of models, and the comparison of those of Song 2020 that is made of them."""

from __future__ import annotations

from collections.abc import Sequence

from neurosim import models
from neurosim.auditing.audit import PROPERTIES, Audit, columns, yes_or_no
from neurosim.network import Network
from neurosim.simulator import Simulator

__all__ = ["Audit", "comparison"]


def comparison(network: Network | None = None, *, seed: int = 0) -> str:
    """Song 2020, Table 2, from audits of BP, IL, Z-IL and Fa-Z-IL, settled and in a stream.

    Below the paper's four properties is whether nobody is in command: where a network is settled,
    somebody is, who says when prediction is over.

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
                              settled, as in the paper  in a stream
                              BP   IL   ZIL  FaZIL      IL   ZIL  FaZIL
    equal to backpropagation  yes  no   yes  yes        no   yes  yes
    local plasticity          no   yes  yes  yes        yes  yes  yes
    partial autonomy          no   yes  yes  yes        yes  yes  yes
    full autonomy             no   no   no   yes        no   no   yes
    nobody in command         no   no   no   no         no   no   yes
    <BLANKLINE>
    full autonomy of FaZIL, settled: it learns by itself once somebody says that prediction is over
    full autonomy of FaZIL, in a stream: nothing is called but clamp, release and run
    """
    if network is None:
        network = Network.layered([4, 5, 6, 5, 4, 3], activation="tanh", bias=True, seed=0)
    kinds = (models.IL, models.ZIL, models.FaZIL)
    settled, streamed = (
        [Simulator(network, kind(sweep=sweep)).audit(seed=seed) for kind in kinds]
        for sweep in (False, True)
    )
    settled.insert(0, models.BP(network).audit(seed=seed))
    rows = zip(
        ("", "", *PROPERTIES),
        ("settled, as in the paper", *columns(_rows(settled))),
        ("in a stream", *columns(_rows(streamed))),
        strict=True,
    )
    return "\n".join([*columns(list(rows)), "", *_earned(settled), *_earned(streamed)])


def _rows(audits: Sequence[Audit]) -> list[Sequence[str]]:
    """A column for each audit, under the name of the model."""
    rows: list[Sequence[str]] = [[each.model for each in audits]]
    return rows + [[yes_or_no(each.properties[name]) for each in audits] for name in PROPERTIES]


def _earned(audits: Sequence[Audit]) -> list[str]:
    """Where, and in which sense, models are fully autonomous."""
    lines = []
    for each in audits:
        if each.properties["nobody in command"]:
            lines.append(
                f"full autonomy of {each.model}, in a stream: "
                "nothing is called but clamp, release and run"
            )
        elif each.settling and each.properties["full autonomy"]:
            lines.append(
                f"full autonomy of {each.model}, settled: "
                "it learns by itself once somebody says that prediction is over"
            )
    return lines
