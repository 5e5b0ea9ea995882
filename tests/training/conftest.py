import pytest


@pytest.fixture(scope="session", autouse=True)
def tensorflow():
    from kx.training.environment import start_tensorflow

    start_tensorflow(deterministic=True)
