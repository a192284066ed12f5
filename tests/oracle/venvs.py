"""Virtual environments in which a project's revisions run for real, kept outside the checkout under names of what is in them."""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys

from fetch import CACHE

ALWAYS = ["alembic", "psycopg2-binary"]


def make(project):
    """The folder of the project's environment; made when it is not there.

    `install` is what to install (the package itself, unless it says otherwise); what is in `bare` is installed without its
    dependencies: a package that is heavy runs with its own files and what its revisions import.
    """
    record = project["record"]
    install, bare = record.get("install", [project["pip"]]) + ALWAYS, record.get("bare", [])
    name = hashlib.sha256(json.dumps([install, bare, sys.version_info[:2]]).encode()).hexdigest()[:12]
    folder = CACHE.parent / "oracle" / f"{project['name']}-{name}"
    if not (folder / ".complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip(folder, *install)
        if bare:
            pip(folder, "--no-deps", *bare)
        (folder / ".complete").touch()
    return folder


def pip(folder, *arguments):
    command = [folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True, env=dict(os.environ, PIP_NO_INPUT="1"))


def package_folder(folder):
    """Where the packages are."""
    (found,) = pathlib.Path(folder).glob("lib/python3*/site-packages")
    return found
