"""The command line: ``neurosim``."""

from neurosim.cli.main import main

__all__ = ["main"]
