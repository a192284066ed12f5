"""Whoever runs a script, and whatever happens meanwhile: it belongs to the right role, or it stops before its first change."""

import pathlib
import subprocess
import sys
import threading
import time

import psycopg2
import pytest
from project import Project
from server import VERSIONS, Server
from test_scenarios import analyse, parts, strip

REVISIONS = {
    "a1": (
        None,
        """
    op.create_table("candidate", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("name", sa.Text()))
    op.create_table("job", sa.Column("id", sa.Integer(), primary_key=True))""",
    ),
    "a2": (
        "a1",
        """
    op.add_column("candidate", sa.Column("wage", sa.Integer()))
    op.create_table("offer", sa.Column("id", sa.Integer(), primary_key=True),
                    sa.Column("kind", sa.Enum("new", "old", name="offer_kind")), sa.Column("candidate_id", sa.Integer(), sa.ForeignKey("candidate.id")))""",
    ),
    "a3": ("a2", '\n    op.add_column("job", sa.Column("title", sa.Text()))'),
}
ROLES = """
    CREATE ROLE app LOGIN; CREATE ROLE reader LOGIN; CREATE ROLE stranger LOGIN; CREATE ROLE member LOGIN IN ROLE app; CREATE ROLE "App, 2" LOGIN;
"""
PRIVILEGES = """
    GRANT CREATE, USAGE ON SCHEMA public TO app, "App, 2"; GRANT USAGE ON SCHEMA public TO reader, stranger, member;
"""
GRANTS = "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader; GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO reader;"
HALF = "ALTER TABLE candidate ADD COLUMN wage integer;"


@pytest.fixture(scope="module", params=sorted(VERSIONS))
def server(request):
    server = Server(request.param)
    server.psql("postgres", ROLES)
    yield server
    server.stop()


class Database:
    """One whose application is `app`, with half of a2."""

    def __init__(self, server, folder, restamp, owner="app", options=("-s",), revisions=REVISIONS, half=HALF, rows="INSERT INTO candidate (name) VALUES ('Ada')"):
        self.server, self.folder, self.name = server, folder, server.create("hands")
        versions = folder / "versions"
        versions.mkdir()
        for revision, (down, body) in revisions.items():
            head = f"import sqlalchemy as sa\nfrom alembic import op\nrevision = {revision!r}\ndown_revision = {down!r}\n"
            (versions / f"{revision}.py").write_text(f"{head}\n\ndef upgrade():{body}\n")
        server.psql(self.name, PRIVILEGES)
        self.url = server.url(self.name).replace("postgres@", f"{owner}@")
        self.project = Project(folder, versions, self.url)
        self.project.upgrade("a1")
        server.psql(self.name, f"SET ROLE {owner}; {half} {GRANTS}")
        server.psql(self.name, rows or "SELECT 1")
        self.restamp, self.versions, self.options = restamp, versions, options

    def analyse(self, *options):
        dump = self.folder / "dump.sql"
        rows = self.server.dump(self.name, "-a", "-t", "alembic_version")
        dump.write_text(self.server.dump(self.name, *self.options) + rows)
        _, self.report = analyse(self.restamp, self.versions, dump, self.folder / "out", *options)
        self.plan = next((plan for plan in self.report["plans"] if plan["recommended"]), None)
        return self

    def psql(self, role, file):
        command = [self.server.bin / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", self.server.folder, "-U", role, "-d", self.name, "-f", self.folder / "out" / file]
        return subprocess.run(command, capture_output=True, text=True)

    def ask(self, query):
        return self.server.psql(self.name, query).stdout.split()

    def dump(self):
        return strip(self.server.dump_for_restamp(self.name))


OWNERS = "SELECT DISTINCT relowner::regrole FROM pg_class WHERE relnamespace = 'public'::regnamespace UNION SELECT typowner::regrole FROM pg_type WHERE typname = 'offer_kind'"
READABLE = "SELECT has_table_privilege('reader', 'offer', 'SELECT'), has_table_privilege('reader', 'offer', 'INSERT'), has_sequence_privilege('reader', 'offer_id_seq', 'USAGE')"


@pytest.mark.parametrize("role", ["postgres", "member", "app"])
@pytest.mark.parametrize("options", [("-s",), ("-s", "--no-owner", "--no-privileges")])
def test_what_is_made_belongs_to_the_application(server, restamp, tmp_path, role, options):
    database = Database(server, tmp_path, restamp, options=options).analyse()
    for _ in range(2):
        run = database.psql(role, "fix.sql")
        assert not run.returncode, run.stderr
    assert database.ask(OWNERS) == ["app"]
    assert database.ask(READABLE) == ["t|f|t"]
    database.project.upgrade("heads")
    database.server.psql(database.name, "SET ROLE app; INSERT INTO offer (kind, candidate_id) SELECT 'new', id FROM candidate")


def test_another_role_is_named_before_anything_is_changed(server, restamp, tmp_path):
    database = Database(server, tmp_path, restamp).analyse()
    before = database.dump()
    for file in ("fix.sql", "undo.sql"):
        run = database.psql("stranger", file)
        assert run.returncode and "app" in run.stderr and "stranger may not act as that role" in run.stderr, run.stderr
        assert database.dump() == before
    python = [sys.executable, tmp_path / "out" / "apply.py", "--url", database.url.replace("app@", "stranger@"), "--commit"]
    run = subprocess.run(python, capture_output=True, text=True)
    assert run.returncode and "(42501)" in run.stderr, run.stderr
    assert database.dump() == before


def test_tables_of_several_owners_need_a_word(server, restamp, tmp_path):
    database = Database(server, tmp_path, restamp)
    server.psql(database.name, 'ALTER TABLE job OWNER TO "App, 2"')
    database.analyse()
    assert database.plan is None or database.plan["id"] == "patch"
    assert any("--role" in why for plan in database.report["plans"] for why in plan["barred"])
    database.analyse("--role", "app")
    assert not database.psql("postgres", "fix.sql").returncode
    assert database.ask("SELECT relowner::regrole FROM pg_class WHERE relname = 'offer'") == ["app"]


def test_owners_that_the_dump_leaves_out_are_asked_for_by_the_script(server, restamp, tmp_path):
    database = Database(server, tmp_path, restamp, options=("-s", "--no-owner"))
    server.psql(database.name, 'ALTER TABLE job OWNER TO "App, 2"')
    before = database.analyse().dump()
    run = database.psql("postgres", "fix.sql")
    assert run.returncode and "--role" in run.stderr
    assert database.dump() == before


def test_a_cut_connection_leaves_nothing_half_done(server, restamp, tmp_path):
    database = Database(server, tmp_path, restamp).analyse()
    before = database.dump()
    statements = parts(database.plan["fix_sql"])
    assert len(statements) > 10
    for length in range(1, len(statements)):
        connection = psycopg2.connect(dbname=database.name, host=str(server.folder), user="postgres")
        connection.autocommit = True
        cursor = connection.cursor()
        for statement in statements[:length]:
            cursor.execute(statement)
        server.psql("postgres", f"SELECT pg_terminate_backend({connection.info.backend_pid}, 5000)")
        assert database.dump() == before, statements[length - 1]
    assert not database.psql("postgres", "fix.sql").returncode


def test_a_concurrent_upgrade_waits_and_sees_the_new_row(server, restamp, tmp_path):
    database = Database(server, tmp_path, restamp).analyse()
    statements = parts(database.plan["fix_sql"])
    connection = psycopg2.connect(dbname=database.name, host=str(server.folder), user="postgres")
    connection.autocommit = True
    cursor = connection.cursor()
    for statement in statements[:-1]:
        cursor.execute(statement)
    failed = []

    def upgrade():
        try:
            database.project.upgrade("heads")
        except Exception as error:  # noqa: BLE001 - it is the answer
            failed.append(error)

    other = threading.Thread(target=upgrade)
    other.start()
    waits = "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted"
    deadline = time.monotonic() + 60
    while server.psql("postgres", waits).stdout.strip() != "t":
        assert time.monotonic() < deadline and other.is_alive(), failed
    cursor.execute(statements[-1])
    connection.close()
    other.join()
    assert failed == []
    assert database.ask("SELECT version_num FROM alembic_version") == ["a3"]


def test_a_lock_that_somebody_holds_stops_the_script(server, restamp, tmp_path):
    database = Database(server, tmp_path, restamp).analyse()
    before = database.dump()
    connection = psycopg2.connect(dbname=database.name, host=str(server.folder), user="postgres")
    connection.cursor().execute("LOCK TABLE candidate IN ROW EXCLUSIVE MODE")
    file = tmp_path / "out" / "fix.sql"
    file.write_text(pathlib.Path(file).read_text().replace("lock_timeout = '5s'", "lock_timeout = '200ms'"))
    run = database.psql("postgres", "fix.sql")
    connection.close()
    assert run.returncode and "lock timeout" in run.stderr
    assert database.dump() == before


NUMBERED = {
    "a1": (None, '\n    op.create_table("candidate", sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False), sa.Column("name", sa.Text()))'),
    "a2": (
        "a1",
        """
    op.add_column("candidate", sa.Column("wage", sa.Integer()))
    op.execute("CREATE SEQUENCE candidate_numbers OWNED BY candidate.id")
    op.alter_column("candidate", "id", server_default=sa.text("nextval('candidate_numbers'::regclass)"))""",
    ),
}


def test_a_new_sequence_starts_above_the_values_that_are_there(server, restamp, tmp_path):
    half = "ALTER TABLE candidate ADD COLUMN wage integer; INSERT INTO candidate (id) VALUES (7);"
    database = Database(server, tmp_path, restamp, revisions=NUMBERED, half=half, rows="").analyse()
    assert database.plan, [plan["barred"] for plan in database.report["plans"]]
    for _ in range(2):
        run = database.psql("member", "fix.sql")
        assert not run.returncode, run.stderr
        assert database.ask("SELECT last_value FROM candidate_numbers") == ["7"]
    assert database.ask("INSERT INTO candidate (name) VALUES ('Eve') RETURNING id") == ["8"]


ENGINE = """
import sqlalchemy
engine = sqlalchemy.create_engine({url!r}, isolation_level="AUTOCOMMIT")
"""


@pytest.mark.parametrize("driver", ["psycopg2", "psycopg"])
def test_the_applications_own_engine_rehearses_without_a_trace(server, restamp, tmp_path, driver):
    """Also one that commits each statement by itself."""
    database = Database(server, tmp_path, restamp).analyse()
    (tmp_path / "application.py").write_text(ENGINE.format(url=database.url.replace("psycopg2", driver)))
    before = database.dump()

    def apply_py(*options):
        command = [sys.executable, tmp_path / "out" / "apply.py", "--engine", "application:engine", *options]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)

    for options in ([], ["--check"]):
        run = apply_py(*options)
        assert not run.returncode, run.stderr
        assert database.dump() == before
    assert apply_py("--verify").returncode
    for options in (["--commit"], ["--verify"], ["--undo"], ["--undo", "--commit"]):
        run = apply_py(*options)
        assert not run.returncode, (options, run.stderr)
    assert database.dump() == before
