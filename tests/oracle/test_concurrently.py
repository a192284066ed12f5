"""Indexes that are built before the fix, without keeping writers out."""

import subprocess
import sys

import pytest
from server import VERSIONS, Server
from test_hands import ROLES, Database

REVISIONS = {
    "a1": (None, '\n    op.create_table("job", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("title", sa.Text()))'),
    "a2": (
        "a1",
        """
    op.add_column("job", sa.Column("pay", sa.Integer()))
    op.create_index("ix_job_title", "job", ["title"])
    op.create_index("ix_job_lower", "job", [sa.text("lower(title)")], postgresql_where=sa.text("title <> ''"))
    op.create_index("ix_job_pay", "job", ["pay"])
    op.create_index("ix_job_unique", "job", ["title"], unique=True)
    op.add_column("job", sa.Column("place", sa.Text()))
    op.create_table("offer", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("kind", sa.Text(), index=True))""",
    ),
}


@pytest.fixture(scope="module", params=sorted(VERSIONS))
def database(request, restamp, tmp_path_factory):
    server = Server(request.param)
    server.psql("postgres", ROLES)
    half = "ALTER TABLE job ADD COLUMN place text;"
    made = Database(server, tmp_path_factory.mktemp("indexes"), restamp, revisions=REVISIONS, half=half, rows="INSERT INTO job (title) VALUES ('x')")
    yield made.analyse("--concurrently", "--lock-timeout", "2s")
    server.stop()


def copy(database):
    """The same database again, for one test."""
    database.server.disconnect(database.name)
    return database.server.create("copy", database.name)


def run(database, name, file):
    command = [database.server.bin / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", database.server.folder, "-U", "app", "-d", name, "-f", database.folder / "out" / file]
    return subprocess.run(command, capture_output=True, text=True)


def apply(database, name, *options):
    url = database.url.replace(database.name, name)
    return subprocess.run([sys.executable, database.folder / "out" / "apply.py", "--url", url, *options], capture_output=True, text=True)


def test_what_stands_on_what_is_there_comes_first(database):
    built = [line for line in database.plan["indexes_sql"].splitlines() if line.startswith("CREATE")]
    assert [line.split()[3] for line in built] == ["ix_job_title", "ix_job_lower"]
    assert all(line.startswith("CREATE INDEX CONCURRENTLY") for line in built)
    assert "CONCURRENTLY" not in database.plan["fix_sql"].split("BEGIN;", 1)[1]
    assert "SET LOCAL lock_timeout = '2s';" in database.plan["fix_sql"] and "'5s'" not in database.plan["fix_sql"]
    files = [step["file"] for step in database.plan["steps"] if step["file"]]
    assert files == ["check.sql", "indexes.sql", "fix.sql", "verify.sql"]


def test_by_psql(database):
    name = copy(database)
    before = run(database, name, "fix.sql")
    assert before.returncode and "is absent, expected" in before.stderr, before.stderr
    for file in ("indexes.sql", "fix.sql"):
        ran = run(database, name, file)
        assert not ran.returncode, ran.stderr
    again = run(database, name, "indexes.sql")
    assert again.returncode and "already exists" in again.stderr
    for file in ("fix.sql", "verify.sql"):
        assert not run(database, name, file).returncode
    assert database.server.psql(name, "SELECT count(*) FROM pg_index WHERE NOT indisvalid").stdout.strip() == "0"
    undone = run(database, name, "undo.sql")
    assert not undone.returncode, undone.stderr
    assert "ix_job" not in database.server.dump(name, "-s")


def test_an_invalid_index_is_built_again(database):
    name = copy(database)
    database.server.psql(name, "CREATE INDEX ix_job_title ON job (title)")
    database.server.psql(name, "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_job_title'::regclass")
    for file in ("indexes.sql", "fix.sql"):
        ran = run(database, name, file)
        assert not ran.returncode, ran.stderr


def test_by_the_applications_own_driver(database):
    name = copy(database)
    before = database.server.dump(name)
    rehearsed = apply(database, name)
    assert not rehearsed.returncode and "Rolled back" in rehearsed.stdout, rehearsed.stderr
    strip = lambda text: [line for line in text.splitlines() if not line.startswith("\\")]
    assert strip(database.server.dump(name)) == strip(before)
    for _ in range(2):
        ran = apply(database, name, "--commit")
        assert not ran.returncode, ran.stderr
    assert "There already" in ran.stdout
    assert not apply(database, name, "--verify").returncode
