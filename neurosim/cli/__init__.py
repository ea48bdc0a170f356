"""The command line: ``neurosim``, or ``python -m neurosim.cli``.

What a terminal is asked and shown lives here; what is computed for it, in `experiments`. May touch
every room, and none touches it. Libraries of the extra "demo" are imported when a command runs, so
that one that is missing can be named.
"""

from neurosim.cli.main import main

__all__ = ["main"]
