"""Downloads and unpacks pinned packages of the corpus; target/corpus/NAME is then a link to the unpacked package.

    python tests/oracle/fetch.py [NAME...]        all of them without names

The packages are kept outside the checkout, in `$RESTAMP_TOOLS/packages` (`~/.cache/restamp/packages`), under names with their
versions, so that each is downloaded once per machine. Of a package only text is unpacked: what a user would drop on the
page and Restamp looks at is there, scripts and pictures of web pages are not.
"""

import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
TARGET = HERE.parent.parent / "target" / "corpus"
CACHE = pathlib.Path(os.environ.get("RESTAMP_TOOLS") or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "restamp") / "packages"
TEXT = {".py", ".mako", ".ini", ".cfg", ".conf", ".toml", ".sql", ".txt", ".md", ".rst", ".yml", ".yaml"}
# What a wheel requires.
NAMES = {"METADATA"}
ATTEMPTS = 3


def download(requirement, folder):
    """Downloads one distribution without what it depends on; indexes fail now and then."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--dest", folder, requirement]
    for attempt in range(1, ATTEMPTS + 1):
        if subprocess.run(command).returncode == 0:
            (archive,) = folder.iterdir()
            return archive
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(5 * attempt)
    raise RuntimeError(f"{requirement} could not be downloaded")


def is_text(path):
    return path.suffix in TEXT or path.name in NAMES


def unpack(archive, folder):
    """Unpacks the text files; a source distribution's own folder is left out of their paths."""
    if archive.suffix in (".whl", ".zip"):
        with zipfile.ZipFile(archive) as file:
            file.extractall(folder, [name for name in file.namelist() if is_text(pathlib.PurePath(name))])
        return folder
    with tarfile.open(archive) as file:
        members = [member for member in file.getmembers() if is_text(pathlib.PurePath(member.name))]
        file.extractall(folder, members, filter="data")
    (inner,) = folder.iterdir()
    return inner


def fetch(project):
    """Makes target/corpus/NAME."""
    kept = CACHE / project["pip"]
    if not kept.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as work:
            work = pathlib.Path(work)
            unpacked = unpack(download(project["pip"], work / "download"), work / "unpacked")
            try:
                # A rename is whole or not at all: another process may be here too.
                unpacked.rename(kept)
            except OSError:
                if not kept.exists():
                    raise
    link = TARGET / project["name"]
    if not link.is_symlink() or link.readlink() != kept:
        TARGET.mkdir(parents=True, exist_ok=True)
        if link.is_dir() and not link.is_symlink():
            shutil.rmtree(link)
        with tempfile.TemporaryDirectory(dir=TARGET) as work:
            made = pathlib.Path(work) / "link"
            made.symlink_to(kept, target_is_directory=True)
            made.replace(link)


if __name__ == "__main__":
    projects = json.loads((HERE / "corpus.json").read_text())
    wanted = sys.argv[1:] or [project["name"] for project in projects]
    unknown = set(wanted) - {project["name"] for project in projects}
    if unknown:
        sys.exit("no such project: " + ", ".join(sorted(unknown)))
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(fetch, [project for project in projects if project["name"] in wanted]))
