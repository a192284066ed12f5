"""A seeded hundred of the random histories; `make corpus` runs two thousand."""

import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
COUNT = 100


def test_random_histories():
    """In a process of its own: Alembic iterates over sets of strings, so the seed of their hashes is fixed."""
    environment = dict(os.environ, PYTHONHASHSEED="0")
    run = subprocess.run([sys.executable, HERE / "histories.py", str(COUNT)], env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
