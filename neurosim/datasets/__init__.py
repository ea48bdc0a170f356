"""Real data to learn from: scikit-learn's digits, and MNIST from a folder of the user's own.

Each comes as a :class:`Dataset`: one row per sample, inputs between 0 and 1, one-hot targets, and a
split into training and test samples that is the same on every machine. Nothing is downloaded. May
touch `errors` and `extras`, and nothing of networks or their simulation.
"""

from neurosim.datasets.dataset import Dataset
from neurosim.datasets.mnist_files import MNIST_SHA256, mnist
from neurosim.datasets.scikit_digits import digits

__all__ = ["MNIST_SHA256", "Dataset", "digits", "mnist"]
