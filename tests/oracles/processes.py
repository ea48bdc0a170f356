"""Scripts run by a Python of their own, in which every warning is an error.

Independent of what this process has imported, compiled and cached.
"""

import os
import subprocess
import sys


def run(script, *arguments, **settings):
    """What became of a script; settings are variables of its environment."""
    command = [sys.executable, "-W", "error", "-c", script, *arguments]
    environment = {**os.environ, **settings}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def printed_by(script, *arguments, **settings):
    """What a script prints that must end well."""
    done = run(script, *arguments, **settings)
    assert done.returncode == 0, done.stderr
    return done.stdout


def printed_apart(script, folder, **settings):
    """The same, with the caches of compiled code in a folder of the test."""
    caches = {"NUMBA_CACHE_DIR": folder / "numba", "NEUROSIM_CACHE_DIR": folder / "rules"}
    return printed_by(script, **{name: str(path) for name, path in caches.items()}, **settings)
