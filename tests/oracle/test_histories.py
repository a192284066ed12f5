"""A seeded hundred of the random histories; `make corpus` runs two thousand."""

import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
COUNT = 100
# What one of them disagrees on is in target/disagreements/histories.
EQUAL = 100


def test_random_histories():
    """In a process of its own: Alembic iterates over sets of strings, so the seed of their hashes is fixed."""
    environment = dict(os.environ, PYTHONHASHSEED="0")
    run = subprocess.run([sys.executable, HERE / "histories.py", str(COUNT)], env=environment, capture_output=True, text=True)
    found = re.search(rf"^{COUNT} histories, .* equal (\d+)", run.stdout, re.MULTILINE)
    assert found and int(found[1]) >= EQUAL, run.stdout + run.stderr
