"""What the tests against the real Alembic and a real PostgreSQL share."""

import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def restamp():
    """Runs the command line and gives the finished process; `RESTAMP` names another build."""
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    program = pathlib.Path(os.environ.get("RESTAMP", target / "debug" / "restamp"))
    assert program.exists(), f"{program} is not built: cargo build --features cli"

    def run(*arguments):
        return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)

    return run
