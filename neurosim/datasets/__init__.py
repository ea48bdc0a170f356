"""Real data to learn from."""

from neurosim.datasets.datasets import MNIST_SHA256, Dataset, digits, mnist

__all__ = ["MNIST_SHA256", "Dataset", "digits", "mnist"]
