"""check.sql is run by psql on real databases whose rows break what an upgrade demands, and on such whose rows do not; its output, as it is
printed, makes the verdict definite, and the real upgrade does what the verdict then says."""

import json
import subprocess

import pytest
from project import Project, failure
from server import VERSIONS, Server
from test_conditions import CASES, REVISION, SCHEMA

# Where the message depends on the value.
ANY_VALUE = {"fewer labels"}
MORE = {
    "a primary key": (["ALTER TABLE t DROP CONSTRAINT t_pkey", "ALTER TABLE t ADD CONSTRAINT named PRIMARY KEY (b)"], "INSERT INTO t (id, b) VALUES (1, 1)", "INSERT INTO t (id, b) VALUES (1, 1), (2, 1)", "23505"),
    "a primary key of NULLs": (["ALTER TABLE t DROP CONSTRAINT t_pkey", "ALTER TABLE t ADD PRIMARY KEY (b)"], "INSERT INTO t (id, b) VALUES (1, 1)", "INSERT INTO t (id) VALUES (1)", "23502"),
    "a foreign key to the primary key": (["ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (b) REFERENCES r"], "SELECT 1", "INSERT INTO t (id, b) VALUES (1, 8)", "23503"),
    "a constant that is unique": (["ALTER TABLE t ADD c text DEFAULT 'x' UNIQUE"], "INSERT INTO t (id) VALUES (1)", "INSERT INTO t (id) VALUES (1), (2)", "23505"),
    "under another name": (["ALTER TABLE t RENAME b TO c", "ALTER TABLE t ADD d text", "ALTER TABLE t ALTER a SET NOT NULL"], "INSERT INTO t (id, a) VALUES (1, 'x')", "INSERT INTO t (id, b) VALUES (1, 1)", "23502"),
    "the second of two": (["ALTER TABLE t ALTER a SET NOT NULL", "ALTER TABLE t ALTER b SET NOT NULL"], "INSERT INTO t (id, a, b) VALUES (1, 'x', 1)", "INSERT INTO t (id, a) VALUES (1, 'x')", "23502"),
    "a smaller integer": (["ALTER TABLE t ALTER b TYPE smallint"], "INSERT INTO t (id, b) VALUES (1, -32768), (2, NULL)", "INSERT INTO t (id, b) VALUES (1, 32768)", "22003"),
    "digits that are rounded": (["ALTER TABLE t ALTER n TYPE numeric(4,1)"], "INSERT INTO t (id, n) VALUES (1, 999.94), (2, 'NaN')", "INSERT INTO t (id, n) VALUES (1, 999.95)", "22003"),
    "blanks behind": (["ALTER TABLE r ALTER name TYPE varchar(3)"], "INSERT INTO r VALUES (1, 'abc   ')", "INSERT INTO r VALUES (1, ' abc')", "22001"),
    "a text that becomes an enum": (["ALTER TABLE r ALTER name TYPE mood USING name::mood"], "INSERT INTO r VALUES (1, 'ok'), (2, NULL)", "INSERT INTO r VALUES (1, 'Ok')", "22P02"),
}  # fmt: skip
ANY_VALUE |= {"a text that becomes an enum"}
DECIDED = {name: case[:4] for name, case in CASES.items() if case[4]}
DECIDED |= MORE
# Rows decide, and none that are there before the run: no answer may settle it.
OPEN = {
    "rows of the run": ["UPDATE t SET a = NULL WHERE b > 1", "ALTER TABLE t ALTER a SET NOT NULL"],
    "a column of the run": ["ALTER TABLE t ADD c text", "UPDATE t SET c = a", "ALTER TABLE t ALTER c SET NOT NULL"],
    "another column of that name": ["ALTER TABLE t DROP a", "ALTER TABLE t ADD a text", "UPDATE t SET a = b::text", "ALTER TABLE t ALTER a SET NOT NULL"],
    "two columns that change places": ["ALTER TABLE t DROP CONSTRAINT t_a_check", "ALTER TABLE r RENAME name TO title", "ALTER TABLE r RENAME id TO name", "ALTER TABLE r ADD CHECK (name > 1)"],
    "rows that a foreign key takes along": ["ALTER TABLE t ADD FOREIGN KEY (b) REFERENCES r (id) ON DELETE SET NULL", "DELETE FROM r", "ALTER TABLE t ALTER b SET NOT NULL"],
}  # fmt: skip


@pytest.fixture(scope="module", params=sorted(VERSIONS))
def server(request):
    """The oldest and the newest server that need no root."""
    with Server(request.param) as running:
        yield running


def printed(server, file, *options):
    """What psql prints when the file is run as the README says."""
    command = [server.bin / "psql", "-X", *options, "-h", server.folder, "-U", "postgres", "-d", "answers", "-f", file]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True).stdout


def report_of(run):
    return json.loads(run.stdout)


class Case:
    def __init__(self, server, restamp, folder, statements, schema=SCHEMA):
        self.server, self.restamp, self.folder = server, restamp, folder
        self.versions = folder / "versions"
        self.versions.mkdir(parents=True)
        made = schema.strip().splitlines()
        (self.versions / "a1.py").write_text(REVISION.format(id="a1", down=None, statements=made))
        (self.versions / "a2.py").write_text(REVISION.format(id="a2", down="a1", statements=statements))
        self.project = Project(folder, self.versions, server.url(server.create("answers")))
        self.project.upgrade("a1")
        self.script = folder / "check.sql"
        self.dump = folder / "dump.sql"
        self.take()

    def take(self):
        self.dump.write_text(self.server.dump_for_restamp("answers"))

    def report(self, *options):
        out = self.folder / "out"
        run = self.restamp("analyze", self.versions, "--dump", self.dump, "--format", "json", "--out", out, *options)
        assert run.stdout, run.stderr
        # A run that is known to stop asks for nothing behind that; the first script asks for all.
        assert (out / "check.sql").exists() or not report_of(run)["prediction"]["conditions"]
        if not self.script.exists():
            self.script.write_text((out / "check.sql").read_text())
        return report_of(run)

    def answered(self, *options):
        answers = self.folder / "answers.txt"
        answers.write_text(printed(self.server, self.script, *options))
        return self.report("--answers", answers), answers.read_text()


@pytest.fixture
def case(server, restamp, tmp_path):
    return lambda statements, **more: Case(server, restamp, tmp_path, statements, **more)


@pytest.mark.parametrize("name", DECIDED)
def test_answers_make_it_definite(server, case, name):
    statements, good, bad, sqlstate = DECIDED[name]
    case = case(statements)
    assert case.report()["prediction"]["outcome"] == "depends_on_data"

    server.psql("answers", bad)
    report, text = case.answered()
    prediction = report["prediction"]
    assert prediction["outcome"] == "fails", text
    assert [one["answer"] for one in prediction["conditions"]] == [1]
    assert prediction["revision"] == "a2" and prediction["line"], prediction
    with pytest.raises(Exception) as error:
        case.project.upgrade("heads")
    real = failure(error.value)
    assert prediction["sqlstate"] == real["sqlstate"] == sqlstate
    if name in ANY_VALUE:
        assert real["message"].startswith(prediction["message"].split("…")[0])
    else:
        assert prediction["message"] == real["message"]
    assert "fails" in report["verdict"]["sentence"] and sqlstate in report["verdict"]["sentence"]
    assert not [plan for plan in report["plans"] if plan["recommended"]]

    server.psql("answers", "TRUNCATE t, r, p")
    server.psql("answers", good)
    report, text = case.answered("-A", "--csv")
    assert report["prediction"]["outcome"] == "succeeds", text
    assert report["prediction"]["conditions"] == []
    assert report["verdict"]["situation"] == "healthy"
    assert not [one for one in report["diagnostics"] if one["code"].startswith("answers")], report["diagnostics"]
    case.project.upgrade("heads")


@pytest.mark.parametrize("name", OPEN)
def test_what_no_answer_settles(server, case, name):
    case = case(OPEN[name])
    server.psql("answers", "INSERT INTO r VALUES (1, 'a'), (2, 'b'); INSERT INTO t (id, a, b) VALUES (1, 'x', 1), (2, 'y', 2)")
    case.report()
    report, text = case.answered()
    last = report["prediction"]["conditions"][-1]
    assert report["prediction"]["outcome"] == "depends_on_data", text
    assert last["query"] is None, last


def test_an_empty_table_settles_all_of_it(server, case):
    case = case(["ALTER TABLE t ADD c text NOT NULL", "UPDATE t SET c = a", "ALTER TABLE t ADD UNIQUE (c)", "ALTER TABLE t ALTER n TYPE integer USING n::text::integer"])
    case.report()
    report, text = case.answered()
    assert report["prediction"]["outcome"] == "succeeds", text


def test_facts(server, case):
    case = case(["ALTER TABLE t ALTER a SET NOT NULL"])
    server.psql("answers", "INSERT INTO t (id, a, b) VALUES (1, 'x', 1), (2, 'x', 1)")
    server.psql("answers", "CREATE UNIQUE INDEX CONCURRENTLY \"An index\" ON t (b)", check=False)
    server.psql("answers", "ALTER DATABASE answers SET lock_timeout = '7s'; ALTER DATABASE answers SET app.secret = 'hidden'")
    case.report()
    report, text = case.answered()
    assert report["prediction"]["outcome"] == "succeeds"
    facts = " ".join(report["verdict"]["facts"])
    for words in ('public."An index" of public.t', "lock_timeout=7s", "postgres, a superuser"):
        assert words in facts, facts
    assert "hidden" not in text
    server.psql("answers", "DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN; GRANT SELECT ON r TO reader")
    answers = case.folder / "answers.txt"
    command = [server.bin / "psql", "-X", "-h", server.folder, "-U", "reader", "-d", "answers", "-f", case.script]
    run = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    answers.write_text(run.stdout + run.stderr)
    report = case.report("--answers", answers)
    assert report["prediction"]["outcome"] == "depends_on_data"
    assert "answers-error" in [one["code"] for one in report["diagnostics"]]
    facts = " ".join(report["verdict"]["facts"])
    assert "reader, no superuser" in facts and "public.t belongs to postgres, which this role may not act as" in facts, facts
    server.psql("answers", "DROP OWNED BY reader; DROP ROLE reader")


def test_row_security_hides_no_row(server, case):
    """A policy that hides the row from a query does not hide it from ALTER TABLE."""
    case = case(["ALTER TABLE t ALTER a SET NOT NULL"])
    server.psql("answers", "DROP ROLE IF EXISTS own; CREATE ROLE own LOGIN; ALTER TABLE t OWNER TO own")
    server.psql("answers", "INSERT INTO t (id) VALUES (1); ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY")
    case.report()
    command = [server.bin / "psql", "-X", "-h", server.folder, "-U", "own", "-d", "answers", "-f", case.script]
    run = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    answers = case.folder / "answers.txt"
    answers.write_text(run.stdout + run.stderr)
    assert case.report("--answers", answers)["prediction"]["outcome"] == "depends_on_data", answers.read_text()
    server.psql("answers", "ALTER TABLE t OWNER TO postgres; DROP OWNED BY own; DROP ROLE own")


PARTS = """
CREATE TABLE p (a integer, b integer) PARTITION BY RANGE (a);
CREATE TABLE q PARTITION OF p FOR VALUES FROM (0) TO (9);
CREATE TABLE h (a integer, b integer);
CREATE TABLE i () INHERITS (h);
"""


def test_partitions_and_heirs(server, case):
    """A partition is named in the message, and which one is not known; keys of a table do not concern its heirs."""
    case = case(["ALTER TABLE h ADD UNIQUE (a)", "ALTER TABLE p ALTER b SET NOT NULL"], schema=PARTS)
    case.report()
    server.psql("answers", "INSERT INTO i VALUES (1, 1), (1, 1); INSERT INTO p VALUES (1, NULL)")
    report, text = case.answered()
    demanded = report["prediction"]["conditions"]
    assert [(one["query"] is None, one["answer"]) for one in demanded] == [(True, None), (False, 1)], text
    case = Case(server, case.restamp, case.folder / "parts", ["ALTER TABLE p ALTER b SET NOT NULL"], schema=PARTS)
    case.report()
    server.psql("answers", "INSERT INTO p VALUES (1, NULL)")
    report, text = case.answered()
    assert (report["prediction"]["outcome"], report["prediction"]["sqlstate"]) == ("fails", "23502"), text
    with pytest.raises(Exception) as error:
        case.project.upgrade("heads")
    assert failure(error.value)["sqlstate"] == "23502"


def test_a_fix_that_rows_stop(server, case):
    """A row that is ahead of the schema: the fix makes the constraint, and check.sql asks whether it can."""
    case = case(["ALTER TABLE t ADD c text", "ALTER TABLE t ADD CONSTRAINT one UNIQUE (b)"])
    server.psql("answers", "ALTER TABLE t ADD c text")
    case.project.stamp("a2")
    case.take()
    server.psql("answers", "INSERT INTO t (id, b) VALUES (1, 7), (2, 7)")
    (plan,) = [plan for plan in case.report()["plans"] if plan["recommended"]]
    fix = case.folder / "fix.sql"
    fix.write_text(plan["fix_sql"])
    assert plan["fix_sql"]
    report, text = case.answered()
    assert not [plan for plan in report["plans"] if plan["recommended"]], text
    stopped = server.psql("answers", file=fix, check=False)
    assert 'could not create unique index "one"' in stopped.stderr
    assert [why for plan in report["plans"] for why in plan["barred"] if 'could not create unique index "one" (23505)' in why]
    server.psql("answers", "DELETE FROM t WHERE id = 2")
    report, text = case.answered()
    assert [plan for plan in report["plans"] if plan["recommended"]], text
    server.psql("answers", file=fix)
