"""What tests of sweeps wait for."""

import time

import pytest


@pytest.fixture(scope="session")
def eventually():
    def wait(condition, seconds=30.0):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "it did not happen"
            time.sleep(0.01)

    return wait
