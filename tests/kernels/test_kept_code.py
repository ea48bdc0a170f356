"""Compiled code on disk that is damaged, planted, or cannot be kept: compiled, and said once."""

import os
import shutil

import pytest
from oracles.processes import run

#: Compiles a few kernels, says how many of them were found on disk, and what was warned of.
SCRIPT = """
import resource, warnings
{before}
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    import numpy as np
    from neurosim.description.activations import ACTIVATIONS
    from neurosim.engine.compile_cache import prepare_cache
    from neurosim.engine.loops import compile_activation
    from neurosim.rules import compilation
    prepare_cache()
    for dtype in ("float64", "float32"):
        compile_activation(ACTIVATIONS["tanh"].functions, np.dtype(dtype))
print(sum(loop.cache_hits for loop in compilation._loops.values()))
for warning in said:
    print(warning.category.__name__, warning.message)
"""


def compiled(folder, before="", **settings):
    """How many loops were found on disk, and the warnings."""
    caches = {"NUMBA_CACHE_DIR": folder / "numba", "NEUROSIM_CACHE_DIR": folder / "rules"}
    settings = {**{name: str(path) for name, path in caches.items()}, **settings}
    done = run(SCRIPT.format(before=before), **settings)
    assert done.returncode == 0, done.stderr
    hits, *said = done.stdout.splitlines()
    return int(hits), said


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A cache that is full."""
    folder = tmp_path_factory.mktemp("kept")
    assert compiled(folder) == (0, [])
    assert compiled(folder) == (2, [])
    return folder


@pytest.fixture
def cache(kept, tmp_path):
    """A copy of it, at the same distance from its sources."""
    folder = tmp_path / "cache"
    shutil.copytree(kept, folder)
    # The place of the rules' texts is part of the name of the folder of their code.
    settings = {"NEUROSIM_CACHE_DIR": str(kept / "rules")}
    assert compiled(folder, **settings) == (2, [])
    return folder, settings


def empty(path):
    path.write_bytes(b"")


def cut(path):
    path.write_bytes(path.read_bytes()[:-1])


def flip(path):
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def no_text(path):
    path.write_bytes(b"\xff\xfe\x00")


def replace_by_a_folder(path):
    path.unlink()
    path.mkdir()
    (path / "of somebody").touch()


@pytest.mark.parametrize("damage", [empty, cut, flip, no_text, replace_by_a_folder])
@pytest.mark.parametrize("files", ["*.nbi", "*.nbc"])
def test_damaged_code_is_found_out_and_made_anew(cache, files, damage):
    folder, settings = cache
    for path in list((folder / "numba").rglob(files)):
        damage(path)
    hits, said = compiled(folder, **settings)
    assert hits == 0
    assert said
    assert all(line.startswith("RuntimeWarning neurosim: ") for line in said)
    assert len(said) == len(set(said)) <= 2
    assert compiled(folder, **settings) == (2, [])


@pytest.mark.parametrize("damage", [empty, no_text, replace_by_a_folder])
def test_what_is_no_code_is_written_anew(tmp_path, kept, damage):
    """Texts of rules, and the mark by which it is known which sources a folder is of."""
    folder = tmp_path / "own"
    shutil.copytree(kept, folder)
    compiled(folder)
    for path in [*folder.rglob("rule_*.py"), *folder.rglob("kernels.digest")]:
        damage(path)
    _, said = compiled(folder)
    assert len(said) == (damage is replace_by_a_folder)
    assert compiled(folder) == (2, [])
    # What stood there is not lost.
    assert bool(list(folder.rglob("of somebody"))) == (damage is replace_by_a_folder)


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
@pytest.mark.parametrize("whose", ["folder", "files"])
def test_what_others_may_write_is_not_read(cache, whose):
    folder, settings = cache
    for path in (folder / "numba").rglob("*"):
        if path.is_dir() == (whose == "folder"):
            path.chmod(0o777 if path.is_dir() else 0o666)
    hits, said = compiled(folder, **settings)
    assert hits == 0
    assert all("others may write" in line for line in said)
    if whose == "folder":
        # Nor is anything kept there.
        assert compiled(folder, **settings)[0] == 0
    else:
        assert compiled(folder, **settings) == (2, [])


def test_a_full_disk(tmp_path):
    """No file can have more than a few bytes."""
    limit = "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))"
    hits, said = compiled(tmp_path, before=limit)
    assert hits == 0
    assert len(said) == 1
    assert "cannot be kept" in said[0]
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert all(path.name == "kernels.digest" for path in left)


@pytest.mark.parametrize("home", ["/proc/nowhere", None])
def test_no_folder_that_can_be_written_to(tmp_path, home):
    """As if neurosim were installed for all, and run by a user who has no home."""
    before = """
import numba.core.caching, os
numba.core.caching.InTreeCacheLocator.from_function = classmethod(lambda *_: None)
for name in ("NUMBA_CACHE_DIR", "NEUROSIM_CACHE_DIR", "XDG_CACHE_HOME", "HOME"):
    os.environ.pop(name, None)
numba.config.CACHE_DIR = ""
"""
    if home:
        before += f"os.environ['HOME'] = {home!r}\n"
    else:
        before += "import pwd\npwd.getpwuid = lambda uid: {}[uid]\n"
    before += f"os.chdir({str(tmp_path)!r})\n"
    hits, said = compiled(tmp_path, before=before)
    assert hits == 0
    assert len(said) == 1
    assert "set NUMBA_CACHE_DIR" in said[0]
    assert not list(tmp_path.iterdir())


def test_numba_that_must_not_compile():
    script = "import neurosim as ns\nns.Simulator(ns.Network.layered([2, 1]), ns.models.ZIL())"
    done = run(script, NUMBA_DISABLE_JIT="1")
    assert "ProtocolError" in done.stderr.splitlines()[-1]
    assert "unset it" in done.stderr.splitlines()[-1]
