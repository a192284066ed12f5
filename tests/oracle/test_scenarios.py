"""Real repairs: each scenario is made with the real Alembic on a real PostgreSQL, dumped, analysed, repaired by the files that
Restamp hands over, and must then be where a database is whose upgrade never failed."""

import json
import pathlib
import shutil

import pytest
from project import Project, failure
from server import VERSIONS, Server

SCENARIOS = pathlib.Path(__file__).resolve().parents[1] / "fixtures" / "scenarios"


@pytest.fixture(scope="module", params=sorted(VERSIONS))
def server(request):
    """The oldest and the newest server that need no root."""
    server = Server(request.param)
    yield server
    server.stop()


def analyse(restamp, versions, dump, out, *options):
    run = restamp("analyze", versions, "--dump", dump, "--format", "json", "--out", out, *options)
    assert run.returncode in (0, 1), run.stderr
    return run.returncode, json.loads(run.stdout)


def drift(report):
    return [entry for entry in report["drift"] if entry["change"] in ("missing", "different")]


def build(server, scenario, project, database):
    """Brings the database into the scenario's state."""
    if scenario["upgrade_to"]:
        project.upgrade(scenario["upgrade_to"])
    for statement in scenario["sql"]:
        server.psql(database, statement)
    if "then_upgrade_to" in scenario:
        project.upgrade(scenario["then_upgrade_to"])
    for statement in scenario.get("sql_after", []):
        server.psql(database, statement)


@pytest.mark.parametrize("name", sorted(path.name for path in SCENARIOS.iterdir()))
def test_scenario(server, restamp, tmp_path, name):
    scenario = json.loads((SCENARIOS / name / "scenario.json").read_text())
    expect = scenario["expect"]
    versions = tmp_path / "versions"
    shutil.copytree(SCENARIOS / name / "versions", versions)
    database = server.create("scenario")
    project = Project(tmp_path, versions, server.url(database))
    build(server, scenario, project, database)
    dump = tmp_path / "dump.sql"
    dump.write_text(server.dump_for_restamp(database))
    out = tmp_path / "out"

    code, report = analyse(restamp, versions, dump, out)
    assert code == 1
    predicted = report["prediction"]
    for key, value in expect["prediction"].items():
        assert predicted[key] == value, report["verdict"]
    with pytest.raises(Exception) as error:
        project.upgrade("heads")
    assert failure(error.value) == {"sqlstate": predicted["sqlstate"], "message": predicted["message"]}
    missing = {entry["object"]["name"] for entry in report["drift"] if entry["change"] == "missing"}
    missing |= {evidence["object"]["name"] for revision in report["revisions"] for evidence in revision["evidence"] if evidence["found"] == "no"}
    assert set(expect.get("missing", [])) <= missing

    plan = next((plan for plan in report["plans"] if plan["recommended"]), None)
    assert plan, [(plan["id"], plan["to"], plan["barred"]) for plan in report["plans"]]
    assert plan["id"] == expect["plan"], report["verdict"]
    if "to" in expect:
        assert plan["to"] == expect["to"]
    for text in expect.get("fix_has", []):
        assert text in plan["fix_sql"]
    for text in expect.get("fix_lacks", []):
        assert text not in plan["fix_sql"]

    before = server.dump(database, "-s")
    if plan["id"] == "patch":
        patch = plan["patch"]
        file = versions / pathlib.Path(patch["file"]).name
        assert file.read_text().count(patch["before"]) == 1
        text = file.read_text().replace(patch["before"], patch["after"])
        file.write_text(text.replace("import sqlalchemy as sa\n", "import sqlalchemy as sa\nfrom sqlalchemy.dialects import postgresql\n", 1))
    elif plan["fix_sql"]:
        apply_twice_and_undo(server, database, plan, before, out)
    else:
        server.psql(database, file=out / "stamp.sql")
        once = server.dump_for_restamp(database)
        server.psql(database, file=out / "stamp.sql")
        assert strip(server.dump_for_restamp(database)) == strip(once)
    project.upgrade("heads")

    for query, rows in scenario["values"]:
        found = [line.split("|") for line in server.psql(database, query).stdout.splitlines()]
        assert found == [["" if value is None else str(value) for value in row] for row in rows]
    dump.write_text(server.dump_for_restamp(database))
    code, report = analyse(restamp, SCENARIOS / name / "versions", dump, tmp_path / "out2")
    assert drift(report) == []
    assert code == 0, report["verdict"]
    # The independent judge: a database whose upgrade never failed.
    fresh = server.create("fresh")
    clean = Project(tmp_path, SCENARIOS / name / "versions", server.url(fresh))
    fresh_upgrade(clean, report)
    assert shape(server, database) == shape(server, fresh)


def fresh_upgrade(project, report):
    """One revision per run, as a team would have deployed them; a revision that only one run survives gets that."""
    try:
        project.upgrade("heads")
    except Exception:  # noqa: BLE001 - the second way decides
        for revision in report["revisions"]:
            project.upgrade(revision["id"])


def apply_twice_and_undo(server, database, plan, before, out):
    server.psql(database, file=out / "fix.sql")
    once = server.dump_for_restamp(database)
    server.psql(database, file=out / "fix.sql")
    assert strip(server.dump_for_restamp(database)) == strip(once), "the second run changed something"
    assert "f" not in [line.split("|")[-1] for line in server.psql(database, file=out / "verify.sql").stdout.splitlines() if line.count("|") == 3]
    server.psql(database, file=out / "undo.sql")
    assert strip(server.dump(database, "-s")) == strip(before), "undo.sql does not lead back"
    server.psql(database, file=out / "fix.sql")


def strip(dump):
    """A dump without its random keys."""
    return "\n".join(line for line in dump.splitlines() if not line.startswith(("\\restrict", "\\unrestrict")))


def shape(server, database):
    """Everything that the catalogs say of the schema, without the order of columns."""
    query = """
        SELECT 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relnamespace = 'public'::regnamespace
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE a.attnum > 0 AND NOT a.attisdropped
        UNION ALL
        SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), true, NULL
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION ALL
        SELECT 'index', tablename, indexname, indexdef, true, NULL FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL
        SELECT 'enum', t.typname, e.enumlabel, e.enumsortorder::text, true, NULL FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid
        ORDER BY 1, 2, 3, 4
    """
    rows = server.psql(database, "SELECT version_num FROM alembic_version ORDER BY 1").stdout
    return rows + server.psql(database, query).stdout
