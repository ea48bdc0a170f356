"""Published data sets of four IDX files: what their files hold, and where they can be had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = [
    "FASHION_MNIST", "FASHION_MNIST_SHA256", "FILES", "KNOWN", "MNIST", "MNIST_SHA256", "KnownSet",
    "Packed",
]  # fmt: skip

_TRAIN_IMAGES, _TRAIN_LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
_TEST_IMAGES, _TEST_LABELS = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"
#: The original names of the files, which all sets of this kind have in common.
FILES = (_TRAIN_IMAGES, _TRAIN_LABELS, _TEST_IMAGES, _TEST_LABELS)

#: SHA-256 of the contents of the four original MNIST files, whether or not they are compressed.
MNIST_SHA256: Mapping[str, str] = {
    _TRAIN_IMAGES: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    _TRAIN_LABELS: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    _TEST_IMAGES: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    _TEST_LABELS: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}

#: The same of Fashion-MNIST, whose files have the same names.
FASHION_MNIST_SHA256: Mapping[str, str] = {
    _TRAIN_IMAGES: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    _TRAIN_LABELS: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    _TEST_IMAGES: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    _TEST_LABELS: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
}


@dataclass(frozen=True)
class Packed:
    """A file as mirrors have it, compressed: its SHA-256 and its size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True)
class KnownSet:
    """A data set that was published.

    Attributes
    ----------
    name : str
        Of the data set, of the folder it is looked for in, and of the function that loads it
        but for the hyphen.
    title : str
        What people call it.
    contents : mapping of str to str
        SHA-256 of the contents of each file, unpacked.
    packed : mapping of str to Packed
        What is fetched of each file.
    mirrors : tuple of str
        Where from, the first one first; the name of a file and ``.gz`` come after.
    """

    name: str
    title: str
    contents: Mapping[str, str]
    packed: Mapping[str, Packed]
    mirrors: tuple[str, ...]

    @property
    def function(self) -> str:
        """The function that loads it."""
        return self.name.replace("-", "_")


MNIST = KnownSet(
    name="mnist",
    title="MNIST",
    contents=MNIST_SHA256,
    packed={
        _TRAIN_IMAGES: Packed(
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609", 9_912_422
        ),
        _TRAIN_LABELS: Packed(
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c", 28_881
        ),
        _TEST_IMAGES: Packed(
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6", 1_648_877
        ),
        _TEST_LABELS: Packed(
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6", 4_542
        ),
    },
    mirrors=(
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
    ),
)

FASHION_MNIST = KnownSet(
    name="fashion-mnist",
    title="Fashion-MNIST",
    contents=FASHION_MNIST_SHA256,
    packed={
        _TRAIN_IMAGES: Packed(
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84", 26_421_880
        ),
        _TRAIN_LABELS: Packed(
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845", 29_515
        ),
        _TEST_IMAGES: Packed(
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073", 4_422_102
        ),
        _TEST_LABELS: Packed(
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5", 5_148
        ),
    },
    mirrors=(
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ),
)

#: All of them: what is one must not be taken for another.
KNOWN = (MNIST, FASHION_MNIST)
