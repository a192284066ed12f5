"""A schema per tenant: one dump, a place and a plan for each schema, and no plan in the way of another."""

import json

import pytest
from project import Project
from server import VERSIONS, Server
from test_scenarios import strip

REVISIONS = {
    "a1": (
        None,
        """
    op.create_table("room", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("kind", sa.Enum("small", "large", name="kind"), server_default="small"),
                    sa.Column("size", sa.Numeric(6, 2)), sa.CheckConstraint("kind <> 'large' OR size > 10", name="size_fits"))""",
    ),
    "a2": (
        "a1",
        """
    op.add_column("room", sa.Column("name", sa.Text()))
    op.create_index("ix_room_name", "room", ["name"], postgresql_where=sa.text("kind = 'small'"))
    op.create_table("booking", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("room_id", sa.Integer(), sa.ForeignKey("room.id")))""",
    ),
    "a3": ("a2", '\n    op.execute("CREATE VIEW small AS SELECT id, name FROM room WHERE kind = \'small\'")'),
}


@pytest.fixture(params=sorted(VERSIONS))
def server(request):
    server = Server(request.param)
    yield server
    server.stop()


def test_each_schema_has_a_plan_of_its_own(server, restamp, tmp_path):
    versions = tmp_path / "versions"
    versions.mkdir()
    for revision, (down, body) in REVISIONS.items():
        head = f"import sqlalchemy as sa\nfrom alembic import op\nrevision = {revision!r}\ndown_revision = {down!r}\n"
        (versions / f"{revision}.py").write_text(f"{head}\n\ndef upgrade():{body}\n")
    database = server.create("tenants")
    places = {"tenant_a": "a1", "tenant_b": "a1", "Tenant C": "a3", "tenant_d": "a2", "tenant_e": None}
    projects = {}
    for schema, place in places.items():
        quoted = f'"{schema}"'
        server.psql(database, f"CREATE SCHEMA {quoted}")
        escaped = quoted.replace(" ", "\\ ")
        projects[schema] = Project(tmp_path, versions, f"{server.url(database)}&options=-csearch_path%3D{escaped}".replace(" ", "%20").replace('"', "%22"))
        if place:
            projects[schema].upgrade(place)
    # One is half way, one has lost its row, one was made by `create_all` up to a1.
    server.psql(database, "ALTER TABLE tenant_a.room ADD COLUMN name text")
    server.psql(database, "DELETE FROM tenant_d.alembic_version")
    server.psql(database, "SET search_path = tenant_e; CREATE TYPE kind AS ENUM ('small', 'large'); CREATE TABLE room (id serial PRIMARY KEY, kind kind DEFAULT 'small', size numeric(6,2), CONSTRAINT size_fits CHECK (kind <> 'large' OR size > 10))")
    dump, out = tmp_path / "dump.sql", tmp_path / "out"
    dump.write_text(server.dump_for_restamp(database))

    run = restamp("analyze", versions, "--dump", dump, "--schemas", "?enant*", "--format", "json", "--out", out)
    assert run.returncode == 1, run.stderr
    reports = {one["schema"]: one["report"] for one in json.loads(run.stdout)}
    assert sorted(reports) == sorted(places)
    located = {schema: report["located"]["revisions"] for schema, report in reports.items()}
    assert located == {"tenant_a": ["a1"], "tenant_b": ["a1"], "Tenant C": ["a3"], "tenant_d": ["a2"], "tenant_e": ["a1"]}
    for schema, report in reports.items():
        false = [entry for entry in report["drift"] if entry["change"] in ("missing", "different") and schema != "tenant_a"]
        assert false == [], schema
    plans = {schema: next((plan for plan in report["plans"] if plan["recommended"]), None) for schema, report in reports.items()}
    assert {schema: plan and (plan["id"], plan["to"]) for schema, plan in plans.items()} == {
        "tenant_a": ("repair", ["a2"]),
        "tenant_b": ("upgrade", ["a1"]),
        "Tenant C": None,
        "tenant_d": ("upgrade", ["a2"]),
        "tenant_e": ("upgrade", ["a1"]),
    }
    # In any order, each from the one dump: another tenant's fix is no change that stops a script.
    for schema, folder in (("tenant_e", "tenant_e"), ("tenant_d", "tenant_d"), ("tenant_a", "tenant_a")):
        for _ in range(2):
            server.psql(database, file=out / folder / ("fix.sql" if plans[schema]["fix_sql"] else "stamp.sql"))
    for schema, project in projects.items():
        project.upgrade("heads")
    dumps = {schema: strip(server.dump(database, "-s", "-n", f'"{schema}"')).replace(f'"{schema}"', "here").replace(schema, "here") for schema in places}
    assert {text.count("CREATE") for text in dumps.values()} == {dumps["tenant_b"].count("CREATE")}

    dump.write_text(server.dump_for_restamp(database))
    run = restamp("analyze", versions, "--dump", dump, "--schemas", "?enant*")
    assert run.returncode == 0, run.stdout
    assert "(5)\n    This database is at `a3`, as recorded" in run.stdout
    assert restamp("analyze", versions, "--dump", dump, "--schemas", "nobody*").returncode == 2
