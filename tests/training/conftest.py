import pytest


@pytest.fixture(scope="session", autouse=True)
def tensorflow(request):
    """Start it as a run does, unless `make check` selected the tests alone that need none."""
    if any(item.get_closest_marker("slow") for item in request.session.items):
        from kx.training.environment import start_tensorflow

        start_tensorflow(deterministic=True)
