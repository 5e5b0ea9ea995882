import pytest

from kx.training.environment import unlocated_operations


@pytest.mark.slow
def test_operations_are_not_located_where_that_would_slow_down_xla_and_else_they_are():
    import tensorflow as tf

    def places():
        traced = tf.function(lambda x: x + 1, autograph=False)
        graph = traced.get_concrete_function(tf.TensorSpec(())).graph
        return [operation.traceback for operation in graph.get_operations()]

    with unlocated_operations():
        assert not any(places())
    assert all(places())
