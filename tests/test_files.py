"""What is written replaces regular files alone, whole or not at all."""

import os
import stat

import pytest

from neurosim.errors import NeurosimError
from neurosim.files import replacing, why_not_replaced


def written(path, content=b"new"):
    with replacing(path) as stream:
        stream.write(content)


def test_a_new_file_and_one_in_the_place_of_another(tmp_path):
    path = tmp_path / "a.png"
    written(path, b"old")
    assert stat.S_IMODE(path.stat().st_mode) & 0o400
    path.chmod(0o640)
    written(path)
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_what_is_interrupted_leaves_what_was_there(tmp_path, error):
    path = tmp_path / "a.png"
    path.write_bytes(b"old")

    def fail():
        with replacing(path) as stream:
            stream.write(b"half")
            raise error

    with pytest.raises(error):
        fail()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def linked(path):
    path.symlink_to(path.with_name("elsewhere"))


def linked_to_a_file(path):
    path.with_name("elsewhere").write_bytes(b"old")
    linked(path)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (os.mkdir, "is a folder"),
        (linked, "is a link"),
        (linked_to_a_file, "is a link"),
        (os.mkfifo, "a device, a pipe or a socket"),
    ],
)
def test_nothing_but_a_regular_file_is_replaced(tmp_path, make, words):
    path = tmp_path / "a.png"
    make(path)
    before = path.lstat()
    with pytest.raises(NeurosimError, match=words) as caught:
        written(path)
    assert isinstance(caught.value, OSError)
    assert path.lstat() == before
    assert len(list(tmp_path.iterdir())) == 1 + path.with_name("elsewhere").exists()


def test_places_that_cannot_be_written_to(tmp_path):
    assert "does not exist" in why_not_replaced(tmp_path / "no" / "a.png")
    (tmp_path / "file").touch()
    assert "does not exist" in why_not_replaced(tmp_path / "file" / "a.png") or (
        "cannot be a file" in why_not_replaced(tmp_path / "file" / "a.png")
    )
    assert "cannot be a file" in why_not_replaced(tmp_path / ("a" * 5000))
    assert "device" in why_not_replaced(tmp_path.joinpath("/dev/null"))
    assert why_not_replaced(tmp_path / "a.png") is None
