"""Downloads and unpacks pinned packages of the corpus into target/corpus/NAME.

    python tests/oracle/fetch.py [NAME...]        all of them without names
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
TARGET = HERE.parent.parent / "target" / "corpus"


def fetch(project):
    folder = TARGET / project["name"]
    if folder.exists():
        return
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=TARGET) as work:
        work = pathlib.Path(work)
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", work / "download", project["pip"]],
            check=True,
        )
        (archive,) = (work / "download").iterdir()
        unpacked = work / "unpacked"
        if archive.suffix in (".whl", ".zip"):
            zipfile.ZipFile(archive).extractall(unpacked)
        else:
            tarfile.open(archive).extractall(unpacked, filter="data")
            (unpacked,) = unpacked.iterdir()
        shutil.move(unpacked, folder)


if __name__ == "__main__":
    projects = json.loads((HERE / "corpus.json").read_text())
    wanted = sys.argv[1:] or [project["name"] for project in projects]
    unknown = set(wanted) - {project["name"] for project in projects}
    if unknown:
        sys.exit("no such project: " + ", ".join(sorted(unknown)))
    for project in projects:
        if project["name"] in wanted:
            fetch(project)
