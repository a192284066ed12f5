"""Scenario 0 from end to end: the sample's deploy fails, and what Restamp hands over repairs the database."""

import json
import shutil

import pytest
from make_sample import PROJECT, SAMPLE, SAMPLES, alembic, begin, deploy, environment, flask, make
from server import VERSIONS, Server

# What a schema is, without the order of columns: a database grown by ALTERs differs in it from one made at once.
SCHEMA = """
SELECT 'column', table_name, column_name, data_type, character_maximum_length, numeric_precision, is_nullable, column_default
  FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), NULL, NULL, NULL, NULL
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'index', tablename, indexname, indexdef, NULL, NULL, NULL, NULL FROM pg_indexes WHERE schemaname = 'public'
ORDER BY 1, 2, 3
"""


@pytest.fixture(scope="module", params=sorted(VERSIONS))
def own(request):
    """PostgreSQL servers for these tests."""
    with Server(request.param) as running:
        yield running


@pytest.fixture
def project(tmp_path):
    """A copy of the sample's project."""
    folder = tmp_path / "project"
    shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


# Lines of each deploy's log.
LOGS = {
    ".": ("Running upgrade  -> 4b8e1f60a2c9", "[SQL: ALTER TABLE candidate ADD COLUMN expected_wage VARCHAR(120)]"),
    "half_applied": ("Running upgrade 7c19e5b3a082 -> b3d84f6e1c95", 'column "status" of relation "orders" already exists'),
    "several_heads": ("Multiple head revisions are present for given argument 'head'",),
}


@pytest.fixture(scope="module")
def remade(tmp_path_factory):
    """The samples made anew."""
    folder = tmp_path_factory.mktemp("samples")
    make(folder)
    return folder


@pytest.mark.parametrize("name", SAMPLES)
def test_the_sample_is_what_a_real_deploy_gives(remade, name):
    made, kept = (json.loads((folder / name / "sample.json").read_text()) for folder in (remade, SAMPLE))
    assert made.keys() == kept.keys() and made["files"] == kept["files"] and made.get("target") == kept.get("target")
    # Versions differ from server to server; the statements do not.
    statements = [[line for line in one["dump"].splitlines() if not line.startswith(("--", "\\", "SET "))] for one in (made, kept)]
    assert statements[0] == statements[1]
    for line in LOGS[name]:
        assert line in made["log"] and line in kept["log"]
    assert kept["dump"] == (SAMPLE / name / "dump.sql").read_text() and kept["log"] == (SAMPLE / name / "deploy.log").read_text()


def test_the_fix_repairs_the_database(own, restamp, project, tmp_path):
    url = own.url(own.create("sample"))
    env = environment(url)
    begin(own, "sample", project)
    log, dump, out = tmp_path / "deploy.log", tmp_path / "dump.sql", tmp_path / "out"
    log.write_text(deploy(project, env).stderr)
    dump.write_text(own.dump("sample", "-s"))

    first = restamp("analyze", project, "--dump", dump, "--log", log, "--format", "json", "--out", out)
    assert first.returncode == 1, first.stderr
    report = json.loads(first.stdout)
    prediction = report["prediction"]
    assert (prediction["outcome"], prediction["revision"], prediction["line"], prediction["sqlstate"]) == ("fails", "4b8e1f60a2c9", 17, "42701")
    plan = report["plans"][0]
    assert plan["recommended"] and plan["to"] == ["91d3c7a5e0f4"], plan["why"]

    def ask(database, query):
        return own.psql(database, query).stdout

    own.psql("sample", file=out / "fix.sql")
    fixed = ask("sample", SCHEMA)
    own.psql("sample", file=out / "fix.sql")
    assert ask("sample", SCHEMA) == fixed, "a second run changes nothing"
    own.psql("sample", file=out / "verify.sql")

    flask(project, env, "stamp", "91d3c7a5e0f4")
    flask(project, env, "upgrade")
    assert ask("sample", "SELECT version_num FROM alembic_version").split() == ["e5194c6d7ab0"]
    assert ask("sample", "SELECT name, status FROM candidate ORDER BY 1").split() == ["Ada|interview", "Bo|new"]
    assert "Running upgrade" not in flask(project, env, "upgrade").stderr

    clean = own.url(own.create("clean"))
    begin(own, "clean", project, obstacle=False)
    flask(project, environment(clean), "upgrade")
    assert ask("sample", SCHEMA) == ask("clean", SCHEMA)

    dump.write_text(own.dump_for_restamp("sample"))
    again = restamp("analyze", project, "--dump", dump, "--format", "json")
    assert again.returncode == 0, again.stdout
    assert json.loads(again.stdout)["verdict"]["situation"] == "healthy"


@pytest.mark.parametrize(("name", "database", "situation"), [("half_applied", "shop", "half_applied"), ("several_heads", "magazine", "healthy")])
def test_what_is_recommended_brings_the_other_samples_home(own, restamp, tmp_path, name, database, situation):
    folder, dump, out = tmp_path / "project", tmp_path / "dump.sql", tmp_path / "out"
    shutil.copytree(SAMPLE / name / "project", folder)
    SAMPLES[name](own, folder)
    dump.write_text(own.dump_for_restamp(database))
    report = json.loads(restamp("analyze", folder, "--dump", dump, "--format", "json", "--out", out).stdout)
    assert report["verdict"]["situation"] == situation and report["plans"][0]["recommended"], report["verdict"]
    if (out / "fix.sql").exists():
        own.psql(database, file=out / "fix.sql")
    clean = own.url(own.create("clean"))
    for url in (own.url(database), clean):
        done = alembic(folder, environment(url), "upgrade", "heads")
        assert done.returncode == 0, done.stderr
    assert own.psql(database, SCHEMA).stdout == own.psql("clean", SCHEMA).stdout
