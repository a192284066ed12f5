"""Makes the sample of the page from its project: `make_sample.py [FOLDER]`.

It does for real what its users did: an application whose tables were made by `create_all`, twice, with the models as they
were then, gets its first deploy with `flask db upgrade`. Written beside the project: `dump.sql` (what pg_dump prints),
`deploy.log` (what the deploy printed) and `sample.json` (all of it, for the page).
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from server import Server

SAMPLE = pathlib.Path(__file__).parents[2] / "www" / "sample"
PROJECT = SAMPLE / "project"

# The models as they were on the two days on which the server called `create_all`, which adds tables and never columns.
# Without the obstacle: as the first revision expects them.
BEGINNING = """
import sys
from app import app, db, Account, Job, Candidate, Interview
obstacle = sys.argv[1] == "obstacle"
with app.app_context():
    job, candidate = Job.__table__, Candidate.__table__
    later = ["linkedin_url", "status"] + ([] if obstacle else ["expected_wage", "notice_period"])
    for table, names in [(job, ["salary_from", "salary_to"]), (candidate, later)]:
        for name in names:
            table._columns.remove(table.c[name])
    candidate.indexes.clear()
    db.metadata.create_all(db.engine, tables=[Account.__table__, job, candidate])
    if obstacle:
        db.metadata.create_all(db.engine, tables=[Interview.__table__])
"""

ROWS = """
INSERT INTO account (email, password_hash) VALUES ('kim@example.org', 'not a real hash');
INSERT INTO job (title, account_id) VALUES ('Carpenter', 1), ('Baker', 1);
INSERT INTO candidate (name, email, job_id, expected_wage) VALUES
  ('Ada', 'ada@example.org', 1, '3200'), ('Bo', 'bo@example.org', 2, NULL);
INSERT INTO interview (candidate_id, starts_at) VALUES (1, '2025-03-01 10:00+00');
"""


def environment(url):
    """The environment variables of the application."""
    return dict(os.environ, DATABASE_URL=url, FLASK_APP="app", PYTHONDONTWRITEBYTECODE="1")


def begin(server, database, project, obstacle=True):
    """The database before the deploy; with rows only where they can be."""
    command = [sys.executable, "-c", BEGINNING, "obstacle" if obstacle else "clean"]
    subprocess.run(command, cwd=project, env=environment(server.url(database)), check=True)
    if obstacle:
        server.psql(database, ROWS)


def flask(project, env, *arguments, check=True):
    """Runs `flask db …`."""
    command = [sys.executable, "-m", "flask", "db", *arguments]
    result = subprocess.run(command, cwd=project, env=env, capture_output=True, text=True)
    if check and result.returncode != 0:
        raise RuntimeError(result.stderr)
    return result


def deploy(project, env):
    """The deploy, which fails."""
    failed = flask(project, env, "upgrade", check=False)
    if failed.returncode == 0 or "expected_wage" not in failed.stderr:
        raise RuntimeError(f"the deploy of the sample should have failed at expected_wage:\n{failed.stderr}")
    return failed


def make(folder):
    """Writes the three files into `folder`."""
    with Server("16") as server, tempfile.TemporaryDirectory() as temporary:
        project = pathlib.Path(temporary) / "project"
        shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns("__pycache__"))
        url = server.url(server.create("hireboard"))
        begin(server, "hireboard", project)
        log = deploy(project, environment(url)).stderr.replace(str(project), "/opt/render/project/src")
        log = re.sub(r"/\S*/(lib/python3[^/]*/)", r"/opt/render/project/src/.venv/\1", log)
        log = "==> Running pre-deploy command: flask db upgrade\n" + log + "==> Pre-deploy command failed with status 1\n"
        dump = server.dump("hireboard", "-s")
    # The key of \\restrict is random; the sample should not change with each run.
    dump = re.sub(r"^\\(un)?restrict \S+$", r"\\\1restrict restampsample", dump, flags=re.M)
    files = {f"project/{path.relative_to(PROJECT)}": path.read_text() for path in sorted(PROJECT.rglob("*")) if path.suffix in {".py", ".ini"}}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dump.sql").write_text(dump)
    (folder / "deploy.log").write_text(log)
    (folder / "sample.json").write_text(json.dumps({"files": files, "dump": dump, "log": log}, indent=1) + "\n")


if __name__ == "__main__":
    make(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLE)
