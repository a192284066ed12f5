"""The snapshot says what pg_dump says, whoever asks and however a console shows it; snapshots.py asks it of all recorded projects."""

import base64
import csv
import gzip
import io
import json
import subprocess
import sys

import pytest
from server import OTHERS, SYSTEM, VERSIONS, Server
from snapshots import SELECT, Judge, again, load, objects, random_schema, recorded, snapshot

# Partitions, enums, many tables, functions and triggers.
PROJECTS = ["keystone", "zou"]
SEEDS = [901, 902]


@pytest.fixture(scope="module", params=[*sorted(VERSIONS), SYSTEM, *sorted(OTHERS)])
def server(request):
    """A PostgreSQL with its clients."""
    with Server(request.param) as running:
        yield running


@pytest.fixture(scope="module")
def every(server):
    """A database with every kind of object."""
    return objects(server, "every")


@pytest.fixture
def judge(restamp, tmp_path):
    return Judge(restamp, tmp_path)


def test_every_kind_of_object(server, every, judge):
    assert judge.differences(server, every) == []


@pytest.mark.parametrize("project", PROJECTS)
def test_recorded_projects(server, judge, project):
    assert judge.differences(server, recorded(server, "case", project)) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_random_schemas(server, judge, seed):
    assert judge.differences(server, random_schema(server, "case", seed)) == []


def test_a_new_database(server, judge, restamp, tmp_path):
    """Nothing in it, and that is known."""
    server.create("nothing", "template0")
    assert judge.differences(server, "nothing") == []
    (tmp_path / "nothing.json").write_text(snapshot(server, "nothing"))
    report = json.loads(restamp("analyze", judge.project, "--dump", tmp_path / "nothing.json", "--format", "json").stdout)
    assert report["database"]["name"] == "nothing" and report["stamped"]["revisions"] == []


def psql(server, database, *options, stdin=None):
    command = [server.clients / "psql", "-X", "-h", server.folder, "-U", "postgres", "-d", database, *options]
    run = subprocess.run(command, input=stdin, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_consoles(server, every, restamp, tmp_path):
    """Whatever psql makes of the value, and what others make of it, is the same value."""
    value = snapshot(server, every).strip()
    row = io.StringIO()
    csv.writer(row, quoting=csv.QUOTE_ALL).writerows([["snapshot"], [value]])
    shown = {
        "aligned": psql(server, every, "-f", SELECT),
        "borders": psql(server, every, "-P", "border=2", "-P", "linestyle=unicode", "-f", SELECT),
        "expanded": psql(server, every, "-x", "-f", SELECT),
        "unaligned": psql(server, every, "-A", "-f", SELECT),
        "csv": psql(server, every, "--csv", "-f", SELECT),
        "echoed": psql(server, every, "-a", "-f", SELECT),
        "session": psql(server, every, stdin=SELECT.read_text() + "\\echo bye\n"),
        "cell of csv": row.getvalue(),
        "export": json.dumps([{"snapshot": value}], indent=1),
        "parsed export": json.dumps([{"snapshot": json.loads(value)}], ensure_ascii=False),
        "named export": json.dumps({"WITH x": [{"snapshot": value}]}),
        "pretty": json.dumps(json.loads(value), indent=2, ensure_ascii=False),
        "utf-16": ("\ufeff" + value).encode("utf-16-le"),
        "gzip": gzip.compress(value.encode()),
        "pasted": b"$ psql ... | gzip | base64\n" + base64.encodebytes(gzip.compress(value.encode())) + b"$ \n",
    }
    path = tmp_path / "shown"

    def read(text):
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        run = restamp("snapshot", "--read", path)
        assert run.returncode == 0, run.stderr
        return [line for line in run.stdout.splitlines() if not line.startswith("-- Started on")]

    expected = read(value)
    assert len(expected) > 1000
    for name, text in shown.items():
        assert read(text) == expected, name
    path.write_text(value[: len(value) // 2])
    cut = restamp("snapshot", "--read", path)
    assert cut.returncode == 2 and "the snapshot ends too early" in cut.stderr


HOSTILE = """
    CREATE SCHEMA evil;
    CREATE FUNCTION evil.no() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'run'; END $$;
    CREATE FUNCTION evil.no(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'run'; END $$;
    CREATE FUNCTION evil.no(name, name) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'run'; END $$;
    CREATE FUNCTION evil.no(oid, oid) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'run'; END $$;
    CREATE FUNCTION evil.no(integer, integer) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'run'; END $$;
    CREATE FUNCTION evil.no("char", "char") RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'run'; END $$;
    CREATE FUNCTION evil.no(jsonb, text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'run'; END $$;
    CREATE FUNCTION evil.format(text, VARIADIC "any") RETURNS text LANGUAGE internal AS 'text_format';
    CREATE FUNCTION evil.to_jsonb(anyelement) RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN RAISE 'run'; END $$;
    CREATE FUNCTION evil.set_config(text, text, boolean) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'run'; END $$;
    CREATE TABLE evil.pg_class (oid oid);
    CREATE TABLE evil.pg_namespace (oid oid);
    CREATE DOMAIN evil.text AS pg_catalog.text CHECK (evil.no());
    CREATE DOMAIN evil.oid AS pg_catalog.oid CHECK (evil.no());
    CREATE DOMAIN evil.regclass AS pg_catalog.regclass CHECK (evil.no());
"""
TYPES = ["text", "name", "oid", "int4", '"char"']


def test_a_hostile_search_path(server, tmp_path):
    """Names and operators that stand before those of the system change nothing, and nothing of them is run."""
    server.create("hostile", "template0")
    load(server, "hostile", HOSTILE)
    for operator in ("=", "<>", ">", ">="):
        for type_ in TYPES:
            given = f"LEFTARG = pg_catalog.{type_}, RIGHTARG = pg_catalog.{type_}"
            server.psql("hostile", f"CREATE OPERATOR evil.{operator} (FUNCTION = evil.no, {given})")
    server.psql("hostile", "CREATE OPERATOR evil.->> (FUNCTION = evil.no, LEFTARG = jsonb, RIGHTARG = pg_catalog.text)")
    plain = json.loads(psql(server, "hostile", "-At", "-f", SELECT))
    attack = "SET search_path = evil, pg_catalog, public;\n"
    with pytest.raises(AssertionError, match="run"):
        psql(server, "hostile", "-v", "ON_ERROR_STOP=1", stdin=attack + "SELECT 1 FROM pg_catalog.pg_proc WHERE proname = 'x'::name;")
    given = json.loads(psql(server, "hostile", "-Atq", "-v", "ON_ERROR_STOP=1", stdin=attack + SELECT.read_text()))
    for value in (plain, given):
        del value["server"]["taken"]
    assert given == plain


def test_it_leaves_the_session_as_it_was(server, every):
    """In a transaction of the console's own, too."""
    text = f"SET search_path = app, public;\nBEGIN READ ONLY;\n\\o /dev/null\n{SELECT.read_text()}\\o\nSHOW search_path;\nCOMMIT;\nSHOW search_path;\n"
    assert psql(server, every, "-Atq", "-v", "ON_ERROR_STOP=1", stdin=text).split("\n")[:2] == ["app, public", "app, public"]


def test_a_role_that_may_read_nothing(server, every, restamp, judge):
    """It sees the same schema. The rows of version tables that it may not read, or only some of, are unknown and not none."""
    grant = """
        DO $$ BEGIN CREATE ROLE stranger LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
        ALTER ROLE stranger SET search_path = app, public;
    """
    server.psql(every, grant)
    own = json.loads(snapshot(server, every))
    command = [server.clients / "psql", "-XAt", "-h", server.folder, "-U", "stranger", "-d", every, "-f", SELECT]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    other = json.loads(run.stdout)
    assert {tuple(one) for one in other["versions"]} == {("relation",)} and len(other["versions"]) == 3
    assert other["server"]["search_path"] == "app, public"
    assert all(one["mine"] is False for one in other["relations"])
    for value in (own, other):
        del value["server"], value["versions"]
        for relation in value["relations"]:
            relation.pop("mine", None)
    assert other == own
    path = judge.folder / "stranger.json"
    path.write_text(run.stdout)
    report = json.loads(restamp("analyze", judge.project, "--dump", path, "--no-plans", "--format", "json").stdout)
    assert report["stamped"] is None
    said = [one["message"] for one in report["diagnostics"] if one["code"] == "no-version-rows"]
    assert said == ["stranger took the snapshot and may not read all rows of alembic_version."]
    facts = [fact for fact in report["verdict"]["facts"] if fact.startswith("stranger took the snapshot and may not change")]
    assert len(facts) == 1 and "app.parent (app)" in facts[0]


def test_rows_behind_a_policy_are_unknown(server):
    server.create("policies", "template0")
    server.psql("policies", """
        CREATE TABLE alembic_version (version_num varchar(32) NOT NULL);
        INSERT INTO alembic_version VALUES ('a1');
        ALTER TABLE alembic_version ENABLE ROW LEVEL SECURITY;
        GRANT SELECT ON alembic_version TO PUBLIC;
    """)
    server.psql("postgres", "DO $$ BEGIN CREATE ROLE stranger LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
    command = [server.clients / "psql", "-XAt", "-h", server.folder, "-U", "stranger", "-d", "policies", "-f", SELECT]
    value = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert "rows" not in value["versions"][0]
    assert json.loads(snapshot(server, "policies"))["versions"][0]["rows"] == ["a1"]


def test_no_secret_is_in_it(server):
    server.create("secrets", "template0")
    server.psql("secrets", """
        CREATE FOREIGN DATA WRAPPER w OPTIONS (a 'planted1');
        CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (host 'planted2');
        CREATE USER MAPPING FOR postgres SERVER s OPTIONS (password 'planted3');
        CREATE FOREIGN TABLE f (a integer OPTIONS (b 'planted4')) SERVER s OPTIONS (c 'planted5');
        CREATE SUBSCRIPTION u CONNECTION 'host=planted6 password=planted7' PUBLICATION p WITH (connect = false);
        CREATE TABLE t (a text, b text);
        INSERT INTO t VALUES ('planted8', 'planted9');
        ANALYZE t;
        ALTER TABLE t ADD COLUMN missing text DEFAULT now()::text || 'x';
        CREATE TABLE documents (id text, version_num varchar(32));
        INSERT INTO documents VALUES ('planted10', 'planted11');
        ALTER DATABASE secrets SET app.jwt = 'planted12';
        ALTER ROLE postgres IN DATABASE secrets SET app.token = 'planted13';
        ALTER ROLE postgres IN DATABASE secrets SET lock_timeout = '7s';
    """)
    value = snapshot(server, "secrets")
    server.psql("secrets", "ALTER SUBSCRIPTION u DISABLE; ALTER SUBSCRIPTION u SET (slot_name = NONE)")
    server.psql("secrets", "DROP SUBSCRIPTION u")
    assert "planted" not in value and "lock_timeout=7s" in value
    assert "CREATE SUBSCRIPTION u" in value


def test_the_program(server, every, restamp, tmp_path):
    """Through SQLAlchemy, with each driver that is here; and nothing can be written meanwhile."""
    text = restamp("snapshot", "--python").stdout
    path = tmp_path / "snapshot.py"
    path.write_text(text)
    expected = json.loads(snapshot(server, every))
    for driver in ("postgresql+psycopg2", "postgresql+psycopg"):
        run = subprocess.run([sys.executable, path, server.url(every, driver)], capture_output=True, text=True)
        assert run.returncode == 0, run.stderr
        value = json.loads(run.stdout)
        for one in (value, expected):
            one["server"].pop("taken", None)
        assert value == expected, driver
    written = text.replace("exec_driver_sql(SELECT)", "exec_driver_sql('CREATE TABLE written (a integer)')")
    path.write_text(written)
    run = subprocess.run([sys.executable, path, server.url(every)], capture_output=True, text=True)
    assert "ReadOnlySqlTransaction" in run.stderr
    assert restamp("snapshot").stdout == SELECT.read_text()


def test_an_invalid_index_is_known(server, restamp, tmp_path):
    """pg_dump passes over it, and the revision that makes it fails all the same."""
    server.create("invalid", "template0")
    server.psql("invalid", """
        CREATE TABLE t (id integer NOT NULL, a integer, CONSTRAINT t_pkey PRIMARY KEY (id));
        INSERT INTO t VALUES (1, 1), (2, 1);
        CREATE TABLE alembic_version (version_num varchar(32) NOT NULL PRIMARY KEY);
        INSERT INTO alembic_version VALUES ('a1');
    """)
    assert "could not create unique index" in server.psql("invalid", "CREATE UNIQUE INDEX CONCURRENTLY u ON t (a)", check=False).stderr
    versions = tmp_path / "versions"
    versions.mkdir()
    head = "import sqlalchemy as sa\nfrom alembic import op\n\nrevision = {!r}\ndown_revision = {!r}\n\n\ndef upgrade():\n    {}\n"
    table = 'op.create_table("t", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("a", sa.Integer()))'
    (versions / "a1.py").write_text(head.format("a1", None, table))
    (versions / "b2.py").write_text(head.format("b2", "a1", 'op.create_index("u", "t", ["a"], unique=True)'))
    (tmp_path / "s.json").write_text(snapshot(server, "invalid"))
    out = tmp_path / "out"
    report = json.loads(restamp("analyze", versions, "--dump", tmp_path / "s.json", "--format", "json", "--out", out).stdout)
    assert (report["prediction"]["outcome"], report["prediction"]["sqlstate"]) == ("fails", "42P07")
    assert [one["message"] for one in report["diagnostics"] if one["code"] == "invalid-index"][0].endswith("such an index fails (42P07).")
    assert report["database"]["server_version"].startswith(server.psql("invalid", "SHOW server_version").stdout.split()[0])
    assert "-- Dumped by: the snapshot's SELECT, as postgres, at " in (out / "fix.sql").read_text()


def test_the_sql_of_a_snapshot_can_be_restored(server, every, restamp, tmp_path):
    """With the rows of the version tables."""
    (tmp_path / "s.json").write_text(snapshot(server, every))
    made = restamp("snapshot", "--read", tmp_path / "s.json").stdout
    again(server, made)
    rows = server.psql("again", "SELECT version_num FROM app.alembic_version UNION ALL SELECT version_num FROM app.renamed_versions ORDER BY 1").stdout
    assert sorted(rows.splitlines()) == sorted(["ae1027a6acf", '<odd> & "rev"', "back\\slash"])
