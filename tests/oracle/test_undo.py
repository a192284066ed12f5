"""`undo.sql` leads back on a real server, whatever kind of object the fix has changed, and names what it leaves."""

import re

import pytest
from server import VERSIONS, Server
from test_scenarios import analyse, strip

START = """
    CREATE TABLE t (a int, b text); CREATE VIEW v AS SELECT a FROM t;
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end';
    CREATE FUNCTION g(i int) RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
    CREATE POLICY p ON t USING (a > 0); COMMENT ON TABLE t IS 'one'; CREATE DOMAIN d AS text CHECK (value <> '');
    CREATE SEQUENCE s; CREATE INDEX i ON t (a); ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;
    CREATE TYPE pair AS (x int); CREATE TYPE mood AS ENUM ('a', 'b');
    CREATE TABLE z (m mood, n int DEFAULT 3, w varchar(3));
    INSERT INTO t VALUES (1, 'x'); INSERT INTO z VALUES ('a', 1, 'w');
"""
# What the fix does, and what stays of it.
FIXES = {
    "DROP VIEW v; ALTER TABLE t ALTER b TYPE varchar(9); CREATE VIEW v AS SELECT a FROM t": None,
    "CREATE OR REPLACE FUNCTION g(i int) RETURNS int LANGUAGE sql AS 'SELECT 2'": None,
    "CREATE OR REPLACE FUNCTION g(i int DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT 1'": None,
    "DROP TRIGGER r ON t; CREATE TRIGGER r AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()": None,
    "ALTER TABLE t DISABLE TRIGGER r": None,
    "ALTER POLICY p ON t USING (a > 1)": None,
    "COMMENT ON TABLE t IS 'two'": None,
    "COMMENT ON FUNCTION g(int) IS 'new'": None,
    "ALTER DOMAIN d SET DEFAULT 'x'; ALTER DOMAIN d SET NOT NULL": None,
    "ALTER SEQUENCE s INCREMENT BY 2 OWNED BY t.a": None,
    "DROP INDEX i; CREATE UNIQUE INDEX i ON t (a)": None,
    "ALTER TABLE t VALIDATE CONSTRAINT c": None,
    "ALTER TYPE pair ADD ATTRIBUTE y int": None,
    "CREATE RULE n AS ON DELETE TO t DO INSTEAD NOTHING": None,
    "CREATE CAST (text AS pair) WITH INOUT": None,
    "CREATE TYPE span AS RANGE (subtype = text); CREATE TABLE e (o span)": None,
    "CREATE EVENT TRIGGER o ON ddl_command_end EXECUTE FUNCTION ev()": None,
    "ALTER TABLE t SET (fillfactor = 70); ALTER TABLE t REPLICA IDENTITY FULL; ALTER TABLE t ALTER b SET STORAGE PLAIN": None,
    "ALTER TABLE t ADD COLUMN n int GENERATED ALWAYS AS IDENTITY": None,
    "ALTER TABLE t ADD COLUMN n text NOT NULL DEFAULT 'x'": None,
    "ALTER TABLE t ADD COLUMN n timestamptz NOT NULL DEFAULT now()": None,
    "ALTER TABLE t ADD COLUMN n json DEFAULT '{}'": None,
    "CREATE FUNCTION h() RETURNS int LANGUAGE sql AS 'SELECT 1'; ALTER TABLE z ALTER n SET DEFAULT h()": None,
    "CREATE TYPE kind AS ENUM ('x'); CREATE FUNCTION k() RETURNS kind LANGUAGE sql AS 'SELECT NULL::kind'": None,
    "CREATE TABLE q1 (id int PRIMARY KEY, o int); CREATE TABLE q2 (id int PRIMARY KEY, o int REFERENCES q1); ALTER TABLE q1 ADD CONSTRAINT q FOREIGN KEY (o) REFERENCES q2": None,
    "ALTER TABLE z RENAME n TO n2; ALTER TABLE z ADD COLUMN n text": None,
    "ALTER TYPE mood RENAME VALUE 'a' TO 'c'; ALTER TYPE mood RENAME TO feeling": None,
    "ALTER TYPE mood ADD VALUE 'c'": "the value 'c' of public.mood cannot be taken back",
    "ALTER TABLE z ALTER w TYPE varchar(9)": "the type of column public.z.w stays as it is now: the way back may lose values",
}
EVENTS = "CREATE FUNCTION ev() RETURNS event_trigger LANGUAGE plpgsql AS 'begin end';"
VERSION = "CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY); INSERT INTO alembic_version VALUES ('a2');"


@pytest.fixture(scope="module", params=sorted(VERSIONS))
def server(request):
    server = Server(request.param)
    yield server
    server.stop()


def revision(folder, name, down, statements):
    body = "\n".join(f"    op.execute({statement.strip()!r})" for statement in statements if statement.strip())
    head = f"from alembic import op\nrevision = {name!r}\ndown_revision = {down!r}\n"
    (folder / f"{name}.py").write_text(f"{head}\n\ndef upgrade():\n{body}\n")


@pytest.mark.parametrize("fix", FIXES)
def test_undo_leads_back(server, restamp, tmp_path, fix):
    """The row says that `a2` ran, and nothing of it is there."""
    versions = tmp_path / "versions"
    versions.mkdir()
    made = re.split(r";\s+(?=[A-Z])", (START + EVENTS).strip().rstrip(";"))
    revision(versions, "a1", None, [statement for statement in made if not statement.startswith("INSERT")])
    revision(versions, "a2", "a1", [*fix.split("; "), "CREATE TABLE sign (i int)"])
    database = server.create("undo")
    server.psql(database, START + EVENTS + VERSION)
    dump, out = tmp_path / "dump.sql", tmp_path / "out"
    dump.write_text(server.dump_for_restamp(database))
    _, report = analyse(restamp, versions, dump, out, "--allow-drops")
    plan = next(plan for plan in report["plans"] if plan["fix_sql"] and plan["to"] == ["a2"])
    assert len(re.findall(r"^--   \d+\. ", plan["fix_sql"], re.MULTILINE)) > 1, "it does nothing but the sign"
    for name in ("fix", "undo"):
        (tmp_path / f"{name}.sql").write_text(plan[f"{name}_sql"])
    before = strip(server.dump(database))
    server.psql(database, file=tmp_path / "fix.sql")
    assert strip(server.dump(database)) != before
    server.psql(database, file=tmp_path / "undo.sql")
    stays = re.findall("^-- Stays: (.*)\\.$", plan["undo_sql"], re.MULTILINE)
    assert stays == ([FIXES[fix]] if FIXES[fix] else [])
    if not stays:
        assert strip(server.dump(database)) == before


GRANTS = """
    CREATE VIEW v1 AS SELECT 1 AS a; GRANT SELECT ON v1 TO reader; ALTER VIEW v1 OWNER TO other; GRANT SELECT (a), UPDATE (b) ON t TO reader;
    REVOKE ALL ON FUNCTION g(int) FROM PUBLIC; GRANT EXECUTE ON FUNCTION g(int) TO reader; ALTER FUNCTION g(int) OWNER TO other;
    CREATE FUNCTION "G h"(i int, "of" text[] DEFAULT '{}') RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE FUNCTION "G h"(i int) RETURNS int LANGUAGE sql AS 'SELECT 2';
    REVOKE ALL ON FUNCTION "G h"(int) FROM PUBLIC; GRANT EXECUTE ON FUNCTION "G h"(int, text[]) TO reader WITH GRANT OPTION;
    GRANT USAGE ON SEQUENCE s TO reader WITH GRANT OPTION; ALTER SEQUENCE s OWNER TO other; REVOKE ALL ON TYPE pair FROM PUBLIC; ALTER TYPE pair OWNER TO other;
    GRANT USAGE ON TYPE d TO reader; ALTER DOMAIN d OWNER TO other; CREATE MATERIALIZED VIEW "m v" AS SELECT 2 AS b; GRANT ALL ON "m v" TO PUBLIC;
    CREATE VIEW w AS SELECT 1 AS one; REVOKE ALL ON w FROM postgres; GRANT SELECT ON w TO postgres; CREATE SCHEMA x; GRANT USAGE ON SCHEMA x TO reader; ALTER SCHEMA x OWNER TO other;
    GRANT SELECT ON z TO reader; GRANT UPDATE (w), INSERT (n, w) ON z TO reader; CREATE TABLE ser (id serial PRIMARY KEY); GRANT USAGE ON SEQUENCE ser_id_seq TO reader; GRANT INSERT ON ser TO reader
"""
# What the fix does to what has privileges.
MADE_AGAIN = [
    "DROP VIEW v1",
    "DROP VIEW v1; CREATE VIEW v1 AS SELECT 1 AS a, 2 AS b",
    "DROP VIEW w; CREATE VIEW w AS SELECT 2 AS two",
    'DROP MATERIALIZED VIEW "m v"',
    "DROP FUNCTION g(int)",
    "DROP FUNCTION g(int); CREATE FUNCTION g(i int, j int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    'DROP FUNCTION "G h"(int); DROP FUNCTION "G h"(int, text[])',
    "DROP SEQUENCE s",
    "DROP TYPE pair; DROP DOMAIN d",
    "DROP SCHEMA x",
    "DROP TABLE z",
    "ALTER TABLE z DROP COLUMN w",
    "DROP TABLE ser",
    "ALTER VIEW v1 RENAME TO v2; CREATE VIEW v1 AS SELECT 1 AS one",
]


class Given:
    """A database with privileges, and the fix of a revision of which nothing is there."""

    def __init__(self, server, restamp, folder, fix, more="", options=()):
        self.server, self.folder = server, folder
        server.psql("postgres", "DROP DATABASE IF EXISTS undo WITH (FORCE)")
        for role in ("reader", "other"):
            server.psql("postgres", f"DROP ROLE IF EXISTS {role}")
            server.psql("postgres", f"CREATE ROLE {role}")
        versions = folder / "versions"
        versions.mkdir()
        made = re.split(r";\s+(?=[A-Z])", (START + EVENTS + GRANTS).strip().rstrip(";"))
        revision(versions, "a1", None, [statement for statement in made if not statement.startswith(("INSERT", "GRANT", "REVOKE"))])
        revision(versions, "a2", "a1", [*fix.split("; "), "CREATE TABLE sign (i int)"])
        database = server.create("undo")
        server.psql(database, START + EVENTS + GRANTS + ";" + VERSION + more)
        dump = folder / "dump.sql"
        dump.write_text(server.dump(database, "-s", *options) + server.dump(database, "-a", "-t", "alembic_version"))
        _, report = analyse(restamp, versions, dump, folder / "out", "--allow-drops")
        self.plan = next(plan for plan in report["plans"] if plan["fix_sql"] and plan["to"] == ["a2"])
        assert len(re.findall(r"^--   \d+\. ", self.plan["fix_sql"], re.MULTILINE)) > 1, "it does nothing but the sign"
        self.before = strip(server.dump(database, "-s"))

    def undone(self):
        for name in ("fix", "undo"):
            (self.folder / f"{name}.sql").write_text(self.plan[f"{name}_sql"])
            self.server.psql("undo", file=self.folder / f"{name}.sql")
        return strip(self.server.dump("undo", "-s"))


def head(text):
    return text.split("\nBEGIN;")[0]


@pytest.mark.parametrize("fix", MADE_AGAIN)
def test_what_is_made_again_has_its_owner_and_its_privileges(server, restamp, tmp_path, fix):
    case = Given(server, restamp, tmp_path, fix)
    assert case.undone() == case.before, case.plan["undo_sql"]
    assert "GRANT" not in head(case.plan["undo_sql"])


def test_default_privileges_add_nothing_to_a_view(server, restamp, tmp_path):
    more = "; ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO reader"
    case = Given(server, restamp, tmp_path, "DROP VIEW w; DROP VIEW v1", more)
    assert case.undone() == case.before
    case.folder = tmp_path / "function"
    case.folder.mkdir()
    case = Given(server, restamp, case.folder, "DROP FUNCTION g(int)", more)
    assert "Default privileges of this database may grant more on function" in head(case.plan["undo_sql"])


def test_a_dump_without_privileges_or_owners_says_so(server, restamp, tmp_path):
    case = Given(server, restamp, tmp_path, "DROP VIEW v1", options=("--no-privileges", "--no-owner"))
    text = head(case.plan["undo_sql"])
    assert "The dump has no GRANT, as with --no-privileges: what was granted on view public.v1 is" in text
    assert "The dump does not say to whom view public.v1 belonged (--no-owner)" in text
    assert "OWNER TO" not in case.plan["undo_sql"]
    case.undone()


def test_a_second_undo_grants_nothing(server, restamp, tmp_path):
    case = Given(server, restamp, tmp_path, "DROP VIEW v1")
    case.undone()
    server.psql("undo", "REVOKE ALL ON v1 FROM reader")
    after = strip(server.dump("undo", "-s"))
    server.psql("undo", file=tmp_path / "undo.sql")
    assert strip(server.dump("undo", "-s")) == after
