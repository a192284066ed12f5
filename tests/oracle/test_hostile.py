"""Names that would break out of a script, a shell or a Python file stay names, in every position."""

import json
import subprocess

import pytest
import sqlalchemy as sa
from project import Project
from server import VERSIONS, Server
from test_scenarios import analyse, apply_py, run_by_driver, strip

NAMES = [
    'a"b',
    "it's",
    "$restamp$",
    "$ddl$; x",
    "two\nlines -- \n; DROP TABLE victim; --",
    "back\\slash\\'",
    "100% %s %(x)s",
    "; DROP TABLE victim; --",
    "/* open",
    "*/ close",
    ":colon :name",
    "{brace} {{x}}",
    "$(touch hacked) `touch hacked`",
    "Ünï ☃",
    "tab\there",
    "#hash'''\"\"\"",
    "select",
    "UPPER case",
    "E'\\''",
]
FIRST = """
    op.execute(sa.schema.CreateSchema({schema!r}))
    op.create_table({table!r}, sa.Column("id", sa.Integer(), primary_key=True), sa.Column({column!r}, sa.Text()), schema={schema!r})"""
SECOND = """
    op.add_column({table!r}, sa.Column({more!r}, sa.Text(), server_default={name!r}), schema={schema!r})
    sa.Enum({name!r}, "plain", name={enum!r}, schema={schema!r}).create(op.get_bind())
    op.create_table({other!r}, sa.Column("id", sa.Integer(), primary_key=True),
                    sa.Column({column!r}, sa.Integer(), sa.ForeignKey({table_key}, name={foreign!r})),
                    sa.Column("kind", postgresql.ENUM({name!r}, "plain", name={enum!r}, schema={schema!r}, create_type=False)),
                    schema={schema!r}, comment={name!r})
    op.create_index({index!r}, {table!r}, [{column!r}], schema={schema!r})
    op.create_unique_constraint({unique!r}, {table!r}, [{column!r}, {more!r}], schema={schema!r})
    op.create_check_constraint({check!r}, {table!r}, sa.column({column!r}) != {name!r}, schema={schema!r})"""


@pytest.fixture(scope="module", params=sorted(VERSIONS))
def server(request):
    server = Server(request.param)
    yield server
    server.stop()


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


@pytest.mark.parametrize("name", NAMES)
def test_a_name_stays_a_name(server, restamp, tmp_path, name):
    parts = ("schema", "table", "column", "more", "enum", "other", "foreign", "index", "unique", "check")
    words = {part: f"{name}{number}" for number, part in enumerate(parts)}
    # A foreign key's target is written with dots.
    key = f"sa.Column({'id'!r}, sa.Integer())"
    words.update(name=name, table_key="target.c.id")
    target = f"target = sa.Table({words['table']!r}, sa.MetaData(), {key}, schema={words['schema']!r})\n"
    versions = tmp_path / "versions"
    versions.mkdir()
    # What a revision is called is free but for `@-+:`.
    second = "r2" + name[:20].translate(str.maketrans("", "", "@-+:\n\t")).strip()
    for revision, down, body in (("r1", None, FIRST), (second, "r1", SECOND)):
        head = f"import sqlalchemy as sa\nfrom alembic import op\nfrom sqlalchemy.dialects import postgresql\nrevision = {revision!r}\ndown_revision = {down!r}\n{target}"
        (versions / f"{'first' if down is None else 'second'}.py").write_text(f"{head}\n\ndef upgrade():{body.format(**words)}\n")
    database = server.create("hostile")
    server.psql(database, "CREATE TABLE victim ()")
    project = Project(tmp_path, versions, server.url(database))
    project.upgrade("r1")
    table = f"{quoted(words['schema'])}.{quoted(words['table'])}"
    literal = sa.Text().literal_processor(sa.create_engine("postgresql://").dialect)(name).replace("%%", "%")
    server.psql(database, f"ALTER TABLE {table} ADD COLUMN {quoted(words['more'])} text DEFAULT {literal}")
    dump, out = tmp_path / "dump.sql", tmp_path / "out"
    dump.write_text(server.dump_for_restamp(database))
    _, report = analyse(restamp, versions, dump, out)
    plan = next((plan for plan in report["plans"] if plan["recommended"]), None)
    assert plan and plan["id"] == "repair", [plan["barred"] for plan in report["plans"]]
    before = strip(server.dump(database, "-s"))

    server.disconnect(database)
    by_driver, by_python = server.create("by_driver", template=database), server.create("by_python", template=database)
    run_by_driver(server, by_driver, plan["fix_sql"])
    apply_py(server, by_python, out, "--commit")
    for file in ("check.sql", "fix.sql", "fix.sql", "verify.sql"):
        server.psql(database, file=out / file)
    after = strip(server.dump_for_restamp(database))
    assert strip(server.dump_for_restamp(by_driver)) == after
    assert strip(server.dump_for_restamp(by_python)) == after
    server.psql(database, file=out / "undo.sql")
    assert strip(server.dump(database, "-s")) == before
    server.psql(database, file=out / "fix.sql")

    # The commands, by a shell that prints what each word is.
    for command in [*plan["commands"]["alembic"], *plan["commands"]["flask"]]:
        words_of = subprocess.run(["sh", "-c", f"printf '%s\\0' {command}"], cwd=tmp_path, capture_output=True, text=True).stdout.split("\0")
        assert words_of[-2] in (second, "heads"), words_of
    project.upgrade("heads")
    dump.write_text(server.dump_for_restamp(database))
    code, report = analyse(restamp, versions, dump, tmp_path / "out2")
    assert code == 0, report["verdict"]
    assert server.psql(database, "SELECT count(*) FROM victim").stdout.strip() == "0"
    assert not (tmp_path / "hacked").exists()

    if "\n" in name:
        return  # in Markdown a command of several lines is several lines
    backup = next(line.strip() for line in (out / "report.md").read_text().splitlines() if "before_restamp.dump" in line)
    environment = {"DATABASE_URL": server.url(database, "postgresql"), "PATH": str(server.bin)}
    subprocess.run(["/bin/sh", "-c", backup], cwd=tmp_path, env=environment, check=True)
    restored = subprocess.run([server.bin / "pg_restore", "-l", tmp_path / "before_restamp.dump"], capture_output=True, text=True)
    assert "TABLE DATA" in restored.stdout
    assert not (tmp_path / "hacked").exists()
