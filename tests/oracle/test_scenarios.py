"""Real repairs: each scenario is made with the real Alembic on a real PostgreSQL, dumped, analysed, repaired by the files that
Restamp hands over, and must then be where a database is whose upgrade never failed."""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import traceback

import psycopg2
import pytest
from project import Project, failure
from server import VERSIONS, Server

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCENARIOS = ROOT / "tests" / "fixtures" / "scenarios"
# What tests/rehearse takes up again.
KEPT = ROOT / "target" / "scenarios"


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
    """Brings the database into the scenario's state. What a failed upgrade said is the log."""
    for statement in scenario.get("fresh", []):
        server.psql(database, statement)
    for target in listed(scenario["upgrade_to"]):
        project.upgrade(target)
    for statement in scenario["sql"]:
        server.psql(database, statement)
    for target in listed(scenario.get("then_upgrade_to")):
        project.upgrade(target)
    if "then_upgrade_fails" in scenario:
        with pytest.raises(Exception):  # noqa: B017, PT011 - any will do
            project.upgrade(scenario["then_upgrade_fails"])
    for statement in scenario.get("sql_after", []):
        server.psql(database, statement)


def listed(targets):
    return [targets] if isinstance(targets, str) else targets or []


def real_outcome(project, target):
    try:
        project.upgrade(target)
    except Exception as error:  # noqa: BLE001 - it is compared
        return {"outcome": "fails", **failure(error)}, "".join(traceback.format_exception(error))
    return {"outcome": "succeeds", "sqlstate": None, "message": None}, None


@pytest.mark.parametrize("name", sorted(path.name for path in SCENARIOS.iterdir()))
def test_scenario(server, restamp, tmp_path, name):
    scenario = json.loads((SCENARIOS / name / "scenario.json").read_text())
    expect = scenario["expect"]
    folder = tmp_path / "project"
    shutil.copytree(SCENARIOS / name, folder, ignore=shutil.ignore_patterns("scenario.json"))
    versions = folder / "versions"
    configure = scenario.get("configure", {})
    table = configure.get("version_table", "alembic_version")
    database = server.create("scenario")
    project = Project(tmp_path, versions, server.url(database), **configure)
    build(server, scenario, project, database)
    dump = tmp_path / "dump.sql"
    dump.write_text(server.dump_for_restamp(database))
    kept = KEPT / f"{name}-{server.version}"
    kept.mkdir(parents=True, exist_ok=True)
    shutil.copy(dump, kept / "dump.sql")
    out = tmp_path / "out"
    target = scenario.get("target", "heads")
    options = ["--target", target]
    real, log = real_outcome(project, target)
    (kept / "log.txt").write_text(log or "")
    if scenario.get("log"):
        (tmp_path / "log.txt").write_text(log)
        options += ["--log", tmp_path / "log.txt"]

    code, report = analyse(restamp, folder, dump, out, *options)
    assert code == 1
    predicted = report["prediction"]
    for key, value in expect["prediction"].items():
        assert predicted[key] == value, report["verdict"]
    assert real == {key: predicted[key] for key in real}
    missing = {entry["object"]["name"] for entry in report["drift"] if entry["change"] == "missing"}
    missing |= {evidence["object"]["name"] for revision in report["revisions"] for evidence in revision["evidence"] if evidence["found"] == "no"}
    assert set(expect.get("missing", [])) <= missing
    for text in expect.get("verdict_has", []):
        assert text in json.dumps(report["verdict"])

    plan = next((plan for plan in report["plans"] if plan["recommended"]), None)
    if expect["plan"] is None:
        assert plan is None
        return
    assert plan, [(plan["id"], plan["to"], plan["barred"]) for plan in report["plans"]]
    assert (plan["id"], plan["to"]) == (expect["plan"], expect.get("to", plan["to"])), report["verdict"]
    for text in expect.get("fix_has", []):
        assert text in plan["fix_sql"]
    for text in expect.get("fix_lacks", []):
        assert text not in plan["fix_sql"]
    for text in expect.get("command_has", []):
        assert text in " ".join(plan["commands"]["alembic"])

    before = server.dump(database, "-s")
    if plan["id"] == "patch":
        other = tmp_path / "by_diff" / "project"
        shutil.copytree(folder, other)
        line = next(step["command"] for step in plan["steps"] if step["file"] == "patch.diff")
        subprocess.run(["sh", "-c", line], check=True, cwd=out)
        shutil.move(versions, tmp_path / "by_diff" / "patched")
        shutil.copytree(other / "versions", versions)
        for patch in plan["patches"]:
            file = versions / pathlib.Path(patch["file"]).name
            assert file.read_text().count(patch["before"]) == 1
            file.write_text(file.read_text().replace(patch["before"], patch["after"]))
        for file in versions.glob("*.py"):
            assert file.read_text() == (tmp_path / "by_diff" / "patched" / file.name).read_text()
    elif plan["fix_sql"]:
        apply_twice_and_undo(server, database, plan, before, out)
    elif plan["stamp_sql"]:
        server.psql(database, file=out / "stamp.sql")
        once = server.dump_for_restamp(database)
        server.psql(database, file=out / "stamp.sql")
        assert strip(server.dump_for_restamp(database)) == strip(once)
    project.upgrade("heads")

    for query, rows in scenario["values"]:
        found = [line.split("|") for line in server.psql(database, query).stdout.splitlines()]
        assert found == [["" if value is None else str(value) for value in row] for row in rows]
    dump.write_text(server.dump_for_restamp(database))
    code, report = analyse(restamp, folder, dump, tmp_path / "out2")
    assert drift(report) == []
    assert code == 0, report["verdict"]
    # The independent judge: a database whose upgrade never failed.
    fresh = server.create("fresh")
    for statement in scenario.get("fresh", []) + scenario.get("unhindered", []):
        server.psql(fresh, statement)
    clean = Project(tmp_path, SCENARIOS / name / "versions", server.url(fresh), **configure)
    fresh_upgrade(clean, report)
    assert shape(server, database, table) == shape(server, fresh, table)


def fresh_upgrade(project, report):
    """One revision per run, as a team would have deployed them; a revision that only one run survives gets that."""
    try:
        project.upgrade("heads")
    except Exception:  # noqa: BLE001 - the second way decides
        for revision in report["revisions"]:
            project.upgrade(revision["id"])


def apply_twice_and_undo(server, database, plan, before, out):
    """By psql; and in copies of the database as one call of a driver, and by apply.py, which rehearses first."""
    server.disconnect(database)
    copy = server.create("copy", template=database)
    run_by_driver(server, copy, plan["fix_sql"])
    python = server.create("python", template=database)
    apply_py(server, python, out)
    assert strip(server.dump_for_restamp(python)) == strip(server.dump_for_restamp(database)), "a rehearsal keeps something"
    apply_py(server, python, out, "--commit")
    server.psql(database, file=out / "fix.sql")
    once = server.dump_for_restamp(database)
    assert strip(server.dump_for_restamp(python)) == strip(once), "apply.py makes something else of it than psql"
    assert "False" not in apply_py(server, python, out, "--verify")
    assert strip(server.dump_for_restamp(copy)) == strip(once), "a driver makes something else of it than psql"
    server.psql(database, file=out / "fix.sql")
    assert strip(server.dump_for_restamp(database)) == strip(once), "the second run changed something"
    assert "f" not in [line.split("|")[-1] for line in server.psql(database, file=out / "verify.sql").stdout.splitlines() if line.count("|") == 3]
    server.psql(database, file=out / "undo.sql")
    if "-- Stays:" not in plan["undo_sql"]:
        assert strip(server.dump(database, "-s")) == strip(before), "undo.sql does not lead back"
    server.psql(database, file=out / "fix.sql")


@pytest.mark.parametrize("name", ["03-half-present-revision", "22-label-in-use-and-concurrently"])
def test_a_cut_connection_leaves_whole_transactions(server, restamp, tmp_path, name):
    """After a cut the database is as before, or as after one of the script's transactions; the script then goes on from there."""
    scenario = json.loads((SCENARIOS / name / "scenario.json").read_text())
    folder = tmp_path / "project"
    shutil.copytree(SCENARIOS / name, folder, ignore=shutil.ignore_patterns("scenario.json"))
    database = server.create("cut")
    build(server, scenario, Project(tmp_path, folder / "versions", server.url(database)), database)
    dump, out = tmp_path / "dump.sql", tmp_path / "out"
    dump.write_text(server.dump_for_restamp(database))
    _, report = analyse(restamp, folder, dump, out)
    fix = next(plan for plan in report["plans"] if plan["recommended"])["fix_sql"]
    statements = parts(fix)
    stages = [strip(server.dump_for_restamp(database))]
    server.disconnect(database)
    whole = server.create("whole", template=database)
    for statement in transactions(statements):
        run_by_driver(server, whole, statement)
        stages.append(strip(server.dump_for_restamp(whole)))
    assert len(set(stages)) == 1 + fix.count("\nCOMMIT;")
    for length in range(1, len(statements)):
        copy = server.create("cut_copy", template=database)
        connection = psycopg2.connect(dbname=copy, host=str(server.folder), user="postgres")
        connection.autocommit = True
        for statement in statements[:length]:
            connection.cursor().execute(statement)
        connection.close()
        assert strip(server.dump_for_restamp(copy)) in stages[:-1], statements[length - 1]
        run_by_driver(server, copy, fix)
        assert strip(server.dump_for_restamp(copy)) == stages[-1], statements[length - 1]


def parts(script):
    """The statements of a script, each with its semicolon."""
    pattern = re.compile(r"--[^\n]*|\$(\w*)\$.*?\$\1\$|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|;", re.S)
    start, found = 0, []
    for match in pattern.finditer(script):
        if match[0] == ";":
            found.append(script[start : match.end()])
            start = match.end()
    return found


def transactions(statements):
    """What each BEGIN … COMMIT of them holds, as one text."""
    text, found = "", []
    for statement in statements:
        text += statement
        if statement.endswith("COMMIT;"):
            found.append(text)
            text = ""
    return found


def apply_py(server, database, out, *options):
    command = [sys.executable, out / "apply.py", "--url", server.url(database, "postgresql"), *options]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout


def run_by_driver(server, database, sql):
    connection = psycopg2.connect(dbname=database, host=str(server.folder), user="postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(sql)
    connection.close()


def strip(dump):
    """A dump without its random keys."""
    return "\n".join(line for line in dump.splitlines() if not line.startswith(("\\restrict", "\\unrestrict")))


def shape(server, database, versions):
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
    rows = server.psql(database, f"SELECT version_num FROM {versions} ORDER BY 1").stdout
    return rows + server.psql(database, query).stdout
