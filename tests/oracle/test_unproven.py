"""What is left of a data step that a stamp passes over: check.sql counts it on a real database on which the step has run, and on one on which it
has not; the count is that of the rows which the statement then really changes."""

import json

import psycopg
import pytest
from project import Project
from server import VERSIONS, Server
from test_answers import printed
from test_conditions import REVISION

SCHEMA = [
    "CREATE TYPE mood AS ENUM ('sad', 'ok')",
    "CREATE TABLE r (id serial PRIMARY KEY, name varchar(20) UNIQUE, note text, day timestamptz DEFAULT now())",
    "CREATE TABLE t (id integer PRIMARY KEY, a text, b integer, n numeric(6,2), f real, c char(4), j jsonb, yes boolean, day timestamptz, feeling mood)",
]
ROWS = """
    INSERT INTO r (name, note) VALUES ('one', 'x'), ('two', NULL);
    INSERT INTO t (id, a, b, n, f, c, j, yes, day, feeling) VALUES (1, 'x', 1, 1.25, 0.5, 'ab', '{"k": 1}', true, now(), 'sad'),
        (2, 'y', 2, 2, 0.25, 'cd', '[]', false, NULL, 'ok'), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
"""
# The statement, and how many rows it changes where it has not run.
ASKED = {
    "fills a gap": ("UPDATE t SET a = 'z' WHERE a IS NULL", 1),
    "sets all": ("UPDATE t SET b = 7", 3),
    "a rounded number": ("UPDATE t SET n = 1.256 WHERE b = 1", 1),
    "a number that is not exact": ("UPDATE t SET f = 0.1 WHERE id < 3", 2),
    "padded": ("UPDATE t SET c = 'x' WHERE c IN ('ab', 'cd')", 2),
    "a number as text": ("UPDATE t SET a = 5 WHERE id = 1", 1),
    "a truth": ("UPDATE t SET yes = false WHERE yes IS NOT FALSE", 2),
    "jsonb": ("UPDATE t SET j = '{\"k\": 2}' WHERE j IS NOT NULL", 2),
    "an enum": ("UPDATE t SET feeling = 'ok' WHERE feeling = 'sad'", 1),
    "another column": ("UPDATE t AS x SET a = coalesce(x.c, 'none') || coalesce(b, 0)::text WHERE x.day IS NULL", 2),
    "two columns": ("UPDATE t SET a = 'q', b = NULL WHERE id BETWEEN 1 AND 2", 2),
    "from its neighbour": ("UPDATE t SET b = CASE WHEN yes THEN 10 ELSE 20 END WHERE id IN (1, 2)", 2),
    "to nothing": ("UPDATE t SET day = NULL, a = 'w' WHERE id = 1", 1),
    "deletes": ("DELETE FROM t WHERE a LIKE 'x%' OR b = 2", 2),
    "deletes all": ("DELETE FROM t", 3),
    "inserts": ("INSERT INTO r (name, note) VALUES ('new', 'it''s'), ('more', NULL)", 2),
    "inserts what is there in part": ("INSERT INTO r (name, note) VALUES ('one', 'x'), ('new', 'y') ON CONFLICT DO NOTHING", 1),
    "inserts a day": ("INSERT INTO r (name, day) VALUES ('new', '2020-01-01')", 1),
}  # fmt: skip
# No answer of theirs shows that they ran, or they are not asked for at all.
NOT_ASKED = {
    "what doubles": ("UPDATE t SET b = b * 2", 2),
    "what grows": ("UPDATE t AS x SET a = lower(x.a) || b::text WHERE x.day IS NULL", 1),
    "a function": ("UPDATE t SET a = now()::text", None),
    "another table": ("UPDATE t SET a = r.name FROM r WHERE r.id = t.id", None),
    "a subquery": ("UPDATE t SET a = 'z' WHERE id IN (SELECT id FROM r)", None),
    "a day": ("UPDATE t SET a = 'z' WHERE day < '2020-01-01'", None),
    "rows without a key": ("INSERT INTO r (note) VALUES ('new')", None),
    "a query": ("INSERT INTO r (name) SELECT a FROM t WHERE a = 'x'", None),
    "what is changed on conflict": ("INSERT INTO r (name) VALUES ('one') ON CONFLICT (name) DO UPDATE SET note = 'y'", None),
}  # fmt: skip


@pytest.fixture(scope="module", params=sorted(VERSIONS))
def server(request):
    with Server(request.param) as running:
        yield running


class Case:
    """The row says `a1`, and the schema has all of `a2`, which has a data step."""

    def __init__(self, server, restamp, folder, ran, *statements):
        self.server, self.restamp, self.folder = server, restamp, folder
        versions = self.versions = folder / f"versions-{ran}"
        versions.mkdir()
        down = None
        steps = [[*SCHEMA], *([statement, f"CREATE TABLE sign{at} (i int)"] for at, statement in enumerate(statements))]
        for at, made in enumerate(steps, 1):
            (versions / f"a{at}.py").write_text(REVISION.format(id=f"a{at}", down=down, statements=made))
            down = f"a{at}"
        self.project = Project(folder, versions, server.url(server.create("answers")))
        self.project.upgrade("a1")
        server.psql("answers", ROWS)
        if ran:
            self.project.upgrade("heads")
        else:
            # What a failed deploy, or a hand, leaves: all but the first data step.
            signs = [f"CREATE TABLE sign{at} (i int)" for at in range(len(statements))]
            server.psql("answers", "; ".join([*statements[1:], *signs]))
        server.psql("answers", "UPDATE alembic_version SET version_num = 'a1'")
        self.dump = folder / f"{ran}.sql"
        self.dump.write_text(server.dump_for_restamp("answers"))

    def plan(self, *options):
        out = self.folder / "out"
        run = self.restamp("analyze", self.versions, "--dump", self.dump, "--format", "json", "--out", out, *options)
        self.report = json.loads(run.stdout)
        self.check = out / "check.sql"
        return next(plan for plan in self.report["plans"] if plan["id"] == "stamp")

    def answered(self):
        plan = self.plan()
        assert not plan["recommended"] and [step["state"] for step in plan["data_steps"]][0] == "skipped"
        answers = self.folder / "answers.txt"
        answers.write_text(printed(self.server, self.check))
        return self.plan("--answers", answers), self.check.read_text()

    def run(self, statement):
        """How many rows the statement changes now, as PostgreSQL compares them."""
        with psycopg.connect(self.server.url("answers", "postgresql")) as connection:
            rows = lambda: connection.execute("SELECT 'r', md5(r::text) FROM r UNION ALL SELECT 't', md5(t::text) FROM t").fetchall()
            before = sorted(rows())
            connection.execute(statement)
            after = sorted(rows())
            connection.rollback()
        return max(len(set(before) - set(after)), len(set(after) - set(before)))


@pytest.mark.parametrize("name", ASKED)
def test_what_has_run_has_nothing_left(server, restamp, tmp_path, name):
    statement, _ = ASKED[name]
    case = Case(server, restamp, tmp_path, True, statement)
    plan, text = case.answered()
    assert plan["recommended"], (plan["barred"], text)
    assert plan["data_steps"][0]["state"] == "nothing_left"
    if not statement.startswith("INSERT"):
        assert case.run(statement) == 0


@pytest.mark.parametrize("name", ASKED)
def test_what_has_not_run_is_counted(server, restamp, tmp_path, name):
    statement, count = ASKED[name]
    case = Case(server, restamp, tmp_path, False, statement)
    plan, text = case.answered()
    assert not plan["recommended"]
    (step,) = plan["data_steps"]
    assert step["state"] == "skipped"
    assert f" {count} row(s)" in step["why"] and "has not run" in step["why"], (step, text)
    assert any(f" {count} row(s)" in why for why in plan["barred"])
    assert case.run(statement) == count


@pytest.mark.parametrize("name", NOT_ASKED)
@pytest.mark.parametrize("ran", [True, False])
def test_what_cannot_be_asked_is_said(server, restamp, tmp_path, name, ran):
    statement, count = NOT_ASKED[name]
    case = Case(server, restamp, tmp_path, ran, statement)
    plan, text = case.answered()
    assert not plan["recommended"]
    if count is None:
        assert "Cannot be asked now: what is left of a data step of a2 at " in text and "a2.py:" in text, text
        assert "check.sql cannot ask for it" in plan["data_steps"][0]["why"]
    else:
        assert "which does not show whether it has run" in plan["data_steps"][0]["why"]


@pytest.mark.parametrize(
    "later",
    [
        "UPDATE t SET a = 'gone' WHERE a = 'x'",
        "DELETE FROM t WHERE a = 'x'",
        "ALTER TABLE t ALTER a TYPE text USING replace(a, 'x', 'gone')",
        "ALTER TABLE t RENAME a TO old; ALTER TABLE t ADD a text",
    ],
)
def test_what_a_later_step_has_hidden_is_not_settled(server, restamp, tmp_path, later):
    """The first step did not run, and nothing of it is left to be done now."""
    statement = "UPDATE t SET b = 99 WHERE a = 'x'"
    case = Case(server, restamp, tmp_path, False, statement, later)
    assert case.run(statement) == 0
    plan, text = case.answered()
    assert not plan["recommended"], text
    assert plan["data_steps"][0]["state"] == "skipped", text


@pytest.mark.parametrize("later", ["UPDATE t SET yes = true WHERE id = 2", "INSERT INTO t (id, a) VALUES (4, 'y')", "ALTER TABLE t ADD z text"])
def test_what_does_not_matter_hides_nothing(server, restamp, tmp_path, later):
    case = Case(server, restamp, tmp_path, True, "UPDATE t SET b = 99 WHERE a = 'x'", later)
    plan, text = case.answered()
    assert plan["recommended"], (plan["barred"], text)
