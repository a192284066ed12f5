"""Makes the samples of the page from their projects: `make_sample.py [FOLDER]`.

It does for real what their users did. The first one: an application whose tables were made by `create_all`, twice, with the
models as they were then, gets its first deploy with `flask db upgrade`. `half_applied`: a deploy gave up waiting for a lock in
the middle of a revision, behind an `autocommit_block`, and the next one meets what it left. `several_heads`: two branches were
merged in git and not in Alembic. Written beside each project: `dump.sql` (what pg_dump prints), `deploy.log` (what the deploy
printed) and `sample.json` (all of it, for the page).
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import sqlalchemy
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


def alembic(project, env, *arguments):
    """Runs `alembic …`."""
    command = [sys.executable, "-m", "alembic", *arguments]
    return subprocess.run(command, cwd=project, env=env, capture_output=True, text=True)


def expect(failed, words):
    """The log of a deploy that fails as it should."""
    if failed.returncode == 0 or words not in failed.stderr:
        raise RuntimeError(f"the deploy of the sample should have failed with {words!r}:\n{failed.stderr}{failed.stdout}")
    # Alembic's own complaints go to standard output, as a deploy log shows both.
    return failed.stderr + failed.stdout


def upgraded(project, env, revision):
    """The deploys of earlier days."""
    done = alembic(project, env, "upgrade", revision)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)


def hireboard(server, project):
    """The first deploy onto tables that `create_all` made."""
    url = server.url(server.create("hireboard"))
    begin(server, "hireboard", project)
    log = deploy(project, environment(url)).stderr
    return "flask db upgrade", log, server.dump("hireboard", "-s")


def shop(server, project):
    """Somebody's open transaction holds a lock; the deploy gives up behind its `autocommit_block`, and so does the next."""
    env = environment(server.url(server.create("shop")))
    upgraded(project, env, "7c19e5b3a082")
    server.psql("shop", "INSERT INTO customer (email) VALUES ('kim@example.org'); INSERT INTO orders (customer_id, total) VALUES (1, 12.5)")
    server.psql("postgres", "ALTER DATABASE shop SET lock_timeout = '500ms'")
    reader = sqlalchemy.create_engine(server.url("shop"))
    with reader.connect() as report:
        report.execute(sqlalchemy.text("SELECT count(*) FROM customer"))
        expect(alembic(project, env, "upgrade", "head"), "canceling statement due to lock timeout")
    reader.dispose()
    log = expect(alembic(project, env, "upgrade", "head"), 'column "status" of relation "orders" already exists')
    return "alembic upgrade head", log, server.dump_for_restamp("shop")


def magazine(server, project):
    """One of two branches was deployed before the other was merged."""
    env = environment(server.url(server.create("magazine")))
    upgraded(project, env, "8e62c4f1a07b")
    log = expect(alembic(project, env, "upgrade", "head"), "Multiple head revisions are present")
    return "alembic upgrade head", log, server.dump_for_restamp("magazine")


# The folders of the samples below `www/sample`, and what happened there.
SAMPLES = {".": hireboard, "half_applied": shop, "several_heads": magazine}
# What a user says besides the files: `alembic upgrade head` means another thing than the usual `heads`.
SAID = {"several_heads": {"target": "head"}}


def make(folder):
    """Writes the three files of each sample into its folder below `folder`."""
    with Server("16") as server:
        for name, happen in SAMPLES.items():
            with tempfile.TemporaryDirectory() as temporary:
                sample = make_one(server, happen, SAMPLE / name / "project", pathlib.Path(temporary) / "project", folder / name)
                (folder / name / "sample.json").write_text(json.dumps(sample | SAID.get(name, {}), indent=1) + "\n")


def make_one(server, happen, origin, project, folder):
    """One sample: what happens to a copy of its project."""
    shutil.copytree(origin, project, ignore=shutil.ignore_patterns("__pycache__"))
    command, log, dump = happen(server, project)
    log = log.replace(str(project), "/opt/render/project/src")
    log = re.sub(r"/\S*/(lib/python3[^/]*/)", r"/opt/render/project/src/.venv/\1", log)
    log = f"==> Running pre-deploy command: {command}\n{log}==> Pre-deploy command failed with status 1\n"
    # The key of \\restrict is random; the sample should not change with each run.
    dump = re.sub(r"^\\(un)?restrict \S+$", r"\\\1restrict restampsample", dump, flags=re.M)
    files = {f"project/{path.relative_to(origin)}": path.read_text() for path in sorted(origin.rglob("*")) if path.suffix in {".py", ".ini"}}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dump.sql").write_text(dump)
    (folder / "deploy.log").write_text(log)
    return {"files": files, "dump": dump, "log": log}


if __name__ == "__main__":
    make(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLE)
