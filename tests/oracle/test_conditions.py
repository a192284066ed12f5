"""What an upgrade is said to demand of rows really decides: with rows that hold it the real upgrade succeeds, with rows that break it
it fails with the SQLSTATE that was named, and the query counts what breaks it."""

import json

import pytest
from project import Project, failure
from server import VERSIONS, Server

SCHEMA = """
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE r (id integer PRIMARY KEY, name varchar(20));
CREATE TABLE t (id integer PRIMARY KEY, a text, b integer, n numeric(6,2), day timestamptz, feeling mood);
ALTER TABLE t ADD CONSTRAINT t_a_check CHECK (a IN ('x', 'y'));
CREATE TABLE p (r integer REFERENCES r (id), a text, b integer, UNIQUE (a, b));
"""
REVISION = """
from alembic import op
revision = {id!r}
down_revision = {down!r}
def upgrade():
    for statement in {statements!r}:
        op.execute(statement)
"""
UNIQUE_LOWER = "CREATE UNIQUE INDEX i ON r (lower(name)) WHERE id > 1"

# Statements; rows with which they succeed; rows with which they do not; the SQLSTATE; whether there is a query.
CASES = {
    "set not null": (["ALTER TABLE t ALTER a SET NOT NULL"], "INSERT INTO t (id, a) VALUES (1, 'x')", "INSERT INTO t (id) VALUES (1)", "23502", True),
    "a column without a value": (["ALTER TABLE t ADD c text NOT NULL"], "SELECT 1", "INSERT INTO t (id) VALUES (1)", "23502", True),
    "a unique key": (["ALTER TABLE t ADD UNIQUE (a)"], "INSERT INTO t (id, a) VALUES (1, 'x'), (2, NULL), (3, NULL)", "INSERT INTO t (id, a) VALUES (1, 'x'), (2, 'x')", "23505", True),
    "a unique index": ([UNIQUE_LOWER], "INSERT INTO r VALUES (1, 'a'), (2, 'A'), (3, 'b')", "INSERT INTO r VALUES (2, 'a'), (3, 'A')", "23505", True),
    "a foreign key": (["ALTER TABLE t ADD FOREIGN KEY (b) REFERENCES r (id)"], "INSERT INTO r VALUES (7); INSERT INTO t (id, b) VALUES (1, 7), (2, NULL)", "INSERT INTO t (id, b) VALUES (1, 8)", "23503", True),
    "a check": (["ALTER TABLE t ADD CHECK (b > 0)"], "INSERT INTO t (id, b) VALUES (1, 1), (2, NULL)", "INSERT INTO t (id, b) VALUES (1, 0)", "23514", True),
    "a check of fewer values": (["ALTER TABLE t DROP CONSTRAINT t_a_check", "ALTER TABLE t ADD CHECK (a IN ('x'))"], "INSERT INTO t (id, a) VALUES (1, 'x')", "INSERT INTO t (id, a) VALUES (1, 'y')", "23514", True),
    "a shorter type": (["ALTER TABLE r ALTER name TYPE varchar(3)"], "INSERT INTO r VALUES (1, 'abc')", "INSERT INTO r VALUES (1, 'abcd')", "22001", True),
    "a number that is smaller": (["ALTER TABLE t ALTER n TYPE numeric(5,2)"], "INSERT INTO t (id, n) VALUES (1, 999.99)", "INSERT INTO t (id, n) VALUES (1, 1000)", "22003", True),
    "a number in a text": (["ALTER TABLE r ALTER name TYPE integer USING name::integer"], "INSERT INTO r VALUES (1, '12')", "INSERT INTO r VALUES (1, 'twelve')", "22P02", False),
    "a day in a text": (["ALTER TABLE r ALTER name TYPE date USING name::date"], "INSERT INTO r VALUES (1, '2024-02-29')", "INSERT INTO r VALUES (1, 'leap day')", "22007", False),
    "fewer labels": (["CREATE TYPE other AS ENUM ('ok', 'glad')", "ALTER TABLE t ALTER feeling TYPE other USING feeling::text::other"], "INSERT INTO t (id, feeling) VALUES (1, 'ok')", "INSERT INTO t (id, feeling) VALUES (1, 'sad')", "22P02", True),
    "a key that is taken": (["INSERT INTO r VALUES (1, 'a'), (2, 'b')"], "INSERT INTO r VALUES (3, 'a')", "INSERT INTO r VALUES (2, 'x')", "23505", True),
    "a key of two columns": (["INSERT INTO p (a, b) VALUES ('x', 1)"], "INSERT INTO p (a, b) VALUES ('x', 2), ('y', 1), ('x', NULL)", "INSERT INTO p (a, b) VALUES ('x', 1)", "23505", True),
    "a row that is referred to": (["INSERT INTO p (r) VALUES (7), (NULL)"], "INSERT INTO r VALUES (7)", "INSERT INTO r VALUES (6)", "23503", True),
    "rows that others refer to": (["DELETE FROM r WHERE name = 'a'"], "INSERT INTO r VALUES (1, 'a'), (2, 'b'); INSERT INTO p (r) VALUES (2)", "INSERT INTO r VALUES (1, 'a'); INSERT INTO p (r) VALUES (1)", "23503", True),
    "all rows, and others refer to them": (["DELETE FROM r"], "INSERT INTO r VALUES (1); INSERT INTO p (r) VALUES (NULL)", "INSERT INTO r VALUES (1); INSERT INTO p (r) VALUES (1)", "23503", True),
    "a value that a check refuses": (["UPDATE t SET a = 'z' WHERE b > 1"], "INSERT INTO t (id, a, b) VALUES (1, 'x', 1)", "INSERT INTO t (id, a, b) VALUES (1, 'x', 2)", "23514", True),
    "a value of another column that a check refuses": (["UPDATE t SET a = feeling::text, b = 1"], "INSERT INTO t (id, a) VALUES (1, 'x')", "INSERT INTO t (id, feeling) VALUES (1, 'sad')", "23514", True),
    "a value that refers to none": (["UPDATE p AS q SET r = b WHERE q.a IS NULL"], "INSERT INTO r VALUES (1); INSERT INTO p (a, b) VALUES (NULL, 1), (NULL, NULL), ('x', 2)", "INSERT INTO r VALUES (1); INSERT INTO p (b) VALUES (2)", "23503", True),
    "no value where one must be": (["UPDATE t SET id = b WHERE a = 'x'"], "INSERT INTO t (id, a, b) VALUES (1, 'x', 1), (2, 'y', NULL)", "INSERT INTO t (id, a) VALUES (1, 'x')", "23502", True),
}  # fmt: skip

# Statements that no rows of these tables stop.
HARMLESS = {
    "an index again": ["ALTER TABLE r DROP CONSTRAINT r_pkey CASCADE", "CREATE UNIQUE INDEX i ON r (id)"],
    "a check of more values": ["ALTER TABLE t DROP CONSTRAINT t_a_check", "ALTER TABLE t ADD CHECK (a IN ('z', 'y', 'x'))"],
    "a longer type": ["ALTER TABLE r ALTER name TYPE varchar(30)", "ALTER TABLE r ALTER name TYPE text"],
    "a larger number": ["ALTER TABLE t ALTER n TYPE numeric(8,3)", "ALTER TABLE t ALTER b TYPE bigint"],
    "a time without its zone": ["ALTER TABLE t ALTER day TYPE timestamp", "ALTER TABLE t ALTER day TYPE date"],
    "more labels": ["CREATE TYPE other AS ENUM ('ok', 'glad', 'sad')", "ALTER TABLE t ALTER feeling TYPE other USING feeling::text::other"],
    "labels as text": ["ALTER TABLE t ALTER feeling TYPE varchar(3)"],
    "rows that refer to those of the run": ["CREATE TABLE u (id integer PRIMARY KEY, up integer REFERENCES u (id), feeling mood DEFAULT 'ok' CHECK (feeling <> 'sad'))", "INSERT INTO u VALUES (1, NULL), (2, 1)", "INSERT INTO u (id, up) VALUES (3, 2), (4, NULL)"],
    "values that are fit": ["UPDATE t SET a = 'x', b = 7, feeling = 'ok'", "UPDATE t SET id = 1 WHERE false"],
    "keys of rows that are there": ["UPDATE p SET r = (SELECT id FROM r WHERE name = 'a name')", "UPDATE p SET r = NULL"],
    "rows that nobody refers to": ["DELETE FROM p", "DELETE FROM r", "DELETE FROM t"],
    "keys that are left alone": ["INSERT INTO r VALUES (1, 'x') ON CONFLICT DO NOTHING", "INSERT INTO r VALUES (2, 'y') ON CONFLICT (id) DO UPDATE SET name = 'z'"],
}  # fmt: skip
ROWS = """
INSERT INTO r VALUES (1, 'a name'), (2, 'A NAME'), (3, NULL);
INSERT INTO t VALUES (1, 'x', 1, 9999.99, now(), 'sad'), (2, 'y', 1, -9999.99, 'infinity', 'ok'), (3, NULL, NULL, NULL, NULL, NULL);
"""


@pytest.fixture(scope="module", params=sorted(VERSIONS))
def server(request):
    """The oldest and the newest server that need no root."""
    with Server(request.param) as running:
        yield running


@pytest.fixture
def predicted(server, restamp, tmp_path):
    """Writes a project whose second revision has these statements; gives it, and what Restamp predicts without a look at rows."""

    def predict(statements):
        versions = tmp_path / "versions"
        versions.mkdir()
        made = [line for line in SCHEMA.strip().splitlines()]
        (versions / "a1.py").write_text(REVISION.format(id="a1", down=None, statements=made))
        (versions / "a2.py").write_text(REVISION.format(id="a2", down="a1", statements=statements))
        project = Project(tmp_path, versions, server.url(server.create("conditions")))
        project.upgrade("a1")
        dump = tmp_path / "dump.sql"
        dump.write_text(server.dump_for_restamp("conditions"))
        run = restamp("analyze", versions, "--dump", dump, "--format", "json", "--no-plans")
        return project, json.loads(run.stdout)["prediction"]

    return predict


@pytest.mark.parametrize("name", CASES)
def test_a_condition_decides(server, predicted, name):
    statements, good, bad, sqlstate, has_query = CASES[name]
    project, prediction = predicted(statements)
    assert prediction["outcome"] == "depends_on_data", prediction
    assert len(prediction["conditions"]) == 1, prediction["conditions"]
    (condition,) = prediction["conditions"]
    assert condition["sqlstate"] == sqlstate, condition
    assert (condition["query"] is not None) == has_query
    count = lambda: int(server.psql("conditions", condition["query"]).stdout)  # noqa: E731

    server.psql("conditions", bad)
    assert not has_query or count() > 0
    with pytest.raises(Exception) as error:
        project.upgrade("heads")
    assert failure(error.value)["sqlstate"] == sqlstate
    server.psql("conditions", "TRUNCATE t, r, p")
    server.psql("conditions", good)
    assert not has_query or count() == 0
    project.upgrade("heads")


@pytest.mark.parametrize("name", HARMLESS)
def test_what_rows_cannot_stop(server, predicted, name):
    project, prediction = predicted(HARMLESS[name])
    assert prediction["outcome"] == "succeeds", prediction
    server.psql("conditions", ROWS)
    project.upgrade("heads")
