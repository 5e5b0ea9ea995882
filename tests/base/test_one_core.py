import subprocess
import sys

PROGRAM = """
from kx.base.one_core import one_core

with one_core():
    from threadpoolctl import threadpool_info

    pools = threadpool_info()
print(len(pools) > 1, {pool["num_threads"] for pool in pools})
"""


def test_what_was_not_loaded_yet_is_held_to_one_core_too():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)

    assert done.stdout == "True {1}\n", done.stderr
