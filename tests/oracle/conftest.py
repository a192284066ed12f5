"""Fixtures of the tests that run real Alembic on a real PostgreSQL."""

import os
import pathlib
import subprocess

import pytest
from cluster import cluster

ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture(scope="session")
def server():
    """A PostgreSQL server for the whole session."""
    with cluster() as running:
        yield running


@pytest.fixture(scope="session")
def restamp():
    """Runs the command line; gives the finished process."""
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    program = target / "debug" / "restamp"

    def run(*arguments):
        return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)

    return run
