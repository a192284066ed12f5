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
