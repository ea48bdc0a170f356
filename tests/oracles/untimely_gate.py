"""A model whose gate opens at any time: what is saved must not rely on when gates open."""

from dataclasses import dataclass

from neurosim import models


@dataclass(frozen=True, kw_only=True)
class UntimelyGate(models.ZIL):
    """Opens whenever its node is predicted to be bright, error or not."""

    rest = "learned"

    @staticmethod
    def gate(mu):
        return mu > 0
