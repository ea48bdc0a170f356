"""Real data to learn from: scikit-learn's digits, MNIST and Fashion-MNIST.

Each comes as a :class:`Dataset`: one row per sample, inputs between 0 and 1, one-hot targets, and a
split into training and test samples that is the same on every machine. MNIST and Fashion-MNIST are
read from a folder of the user's own, else fetched once, the originals or nothing. May touch the
foundation (`checks`, `extras`, `files`, `errors`), and nothing of networks or their simulation.
"""

from neurosim.datasets.dataset import Dataset
from neurosim.datasets.known_sets import FASHION_MNIST_SHA256, MNIST_SHA256
from neurosim.datasets.mnist_files import fashion_mnist, mnist
from neurosim.datasets.scikit_digits import digits

__all__ = [
    "FASHION_MNIST_SHA256", "MNIST_SHA256", "Dataset", "digits", "fashion_mnist", "mnist",
]  # fmt: skip
