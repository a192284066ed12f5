"""A plan carried out on copies of the disturbed database, and what of it is not as it must be."""

import re
import shlex

import psycopg2
from histories import difference
from inside.normal import normal

from .disturb import change
from .shape import unequal

# An answer to a question to the rows that is not 0.
BROKEN = re.compile(r"restamp-answer [0-9a-f]{16} = ([1-9]\d*)")
# The column that a sequence belongs to, as `shape` tells it.
OWNER = re.compile(r" [ai](\S+)$")
WORDS = re.compile(r'"[^"]+"|\w+')
KEYWORDS = set("""ALTER TABLE COLUMN DROP ADD DEFAULT SET NOT NULL TYPE text integer public CASCADE INDEX CONSTRAINT CREATE ON zz_index zz_owner zz_flag VALUE
    zz_value RENAME TO UNIQUE 0""".split())  # fmt: skip


class GivenUp(Exception):
    """The plan's own check says that the rows do not allow it."""


class Attempt:
    """`found` lists pairs of a kind and the details."""

    def __init__(self, case, plan, report, folder):
        self.case, self.plan, self.report, self.folder = case, plan, report, folder
        self.project, self.versions = case.project, case.project.versions
        self.found, self.notes, self.unasked = [], [], False
        folder.mkdir(exist_ok=True)
        for name in ("check", "fix", "verify", "undo", "stamp"):
            (folder / f"{name}.sql").write_text(plan[f"{name}_sql"])

    def fail(self, kind, details=""):
        self.found.append((kind, details))

    def goes_home(self):
        """Does what the plan's steps say, then `alembic upgrade heads`; the database must be the undisturbed one."""
        database = self.case.clone(self.case.base)
        self.ask(database)
        if self.plan["patches"]:
            self.project = self.project.patched(self.plan["patches"])
        for step in self.plan["steps"]:
            if step["command"] and not self.step(database, step["command"]):
                return
        for line in ("alembic upgrade heads", "alembic current"):
            outcome = self.project.alembic(database, line)
            if outcome["outcome"] == "fails":
                return self.fail(f"{line} fails after the plan: {outcome['sqlstate']}", outcome["message"])
        schema, rows, stamped = database.look(self.versions)
        if stamped != self.case.goal[2]:
            self.fail("other version rows", f"{stamped}, not {self.case.goal[2]}")
        self.compare(schema)
        self.values(rows)
        if not any(kind.startswith(("missing", "different")) for kind, _ in self.found):
            self.inserts(database)

    def ask(self, database):
        """What the plan wants to know of rows before."""
        for condition in self.plan["then"]["conditions"]:
            if not condition["query"]:
                continue
            run = self.case.server.psql(database.name, condition["query"], check=False)
            if run.returncode:
                # It may be about what the fix makes.
                self.notes.append(f"a question cannot be asked: {shape_of(run.stderr)}")
                self.unasked = True
            elif run.stdout.strip() != "0":
                raise GivenUp(condition["demand"])
        if self.plan["check_sql"]:
            # What the fix itself demands is asked there, too.
            answers = self.case.server.psql(database.name, file=self.folder / "check.sql", check=False).stdout
            for number in BROKEN.findall(answers):
                raise GivenUp(f"check.sql counts {number}")

    def step(self, database, command):
        """One command of a plan; false where it fails."""
        if command.startswith("alembic "):
            outcome = self.project.alembic(database, command)
            if outcome["outcome"] == "fails":
                for condition in self.plan["then"]["conditions"]:
                    if not condition["query"] and condition["sqlstate"] == outcome["sqlstate"]:
                        # It was said that this depends on rows, and that it cannot be asked now.
                        raise GivenUp(condition["demand"])
                self.fail(f"{' '.join(command.split()[:2])} of the plan fails: {outcome['sqlstate']}", f"{command}: {outcome['message']}")
            return outcome["outcome"] == "succeeds"
        if command.startswith("patch "):
            # The patched project is in place already.
            return True
        return self.psql(database, shlex.split(command)[-1])

    def psql(self, database, file):
        if not self.plan["recommended"] and file != "fix.sql":
            return True
        before = database.look(self.versions)
        run = self.case.server.psql(database.name, file=self.folder / file, check=False)
        after = database.look(self.versions)
        if run.returncode:
            early = "; it asks about what is not there yet" if self.unasked and file == "check.sql" else ""
            self.fail(f"{file} fails: {shape_of(run.stderr)}{early}", run.stderr)
        if after != before and (run.returncode or file != "fix.sql"):
            self.fail(f"{file} leaves changes")
        wrong = [line for line in run.stdout.splitlines() if line.endswith("|f")]
        if wrong:
            self.fail(f"{file} says no", "\n".join(wrong))
        if file != "fix.sql":
            return True
        self.fixed = after
        return not run.returncode and (not self.plan["recommended"] or self.again(database))

    def again(self, database):
        """The second time nothing changes, in no row and in no sequence."""
        once = normal(database.dump(data=True))
        run = self.case.server.psql(database.name, file=self.folder / "fix.sql", check=False)
        twice = normal(database.dump(data=True))
        if run.returncode:
            self.fail(f"fix.sql fails the second time: {shape_of(run.stderr)}", run.stderr)
        elif once != twice:
            self.fail("fix.sql changes something the second time", difference(once, twice))
        return True

    def values(self, rows):
        """Those of the undisturbed upgrade; in a table that was made ahead also what was written since."""
        filled = self.case.filled
        for table in filled.keys() & self.case.goal[1].keys():
            if len(rows.get(table, [])) < filled[table]:
                self.fail("rows of a table made ahead are gone", table)
        # A table made ahead may have another name by now.
        expected = {table: there for table, there in self.case.goal[1].items() if table not in filled and (there or not filled)}
        for table, what in unequal(expected, rows, self.case.ignored):
            self.fail("other values", f"{table}: {what}")

    def compare(self, schema):
        """Object by object; what the report declares to be left over may be there besides."""
        goal, left = self.case.goal[0], []
        for key in sorted(goal.keys() | schema.keys()):
            if key in self.case.uncertain or goal.get(key) == schema.get(key) or key not in goal and self.is_declared(key):
                continue
            if key not in goal:
                left.append(key)
            else:
                what = "missing" if key not in schema else "different"
                self.fail(f"{what} {key[0]}", f"{key}: expected {goal.get(key)!r}, found {schema.get(key)!r}")
        tables = {key[1:3] for key in left if key[0] == "relation"}
        # What belongs to a table goes with it.
        # The plan says of what a revision would have dropped that it stays.
        if "stays, though a revision drops it" in self.plan["why"]:
            stays = {(*key[1:3], key[3].split(".")[-1]) for key in left if key[0] != "comment"}
            left = [key for key in left if key[0] == "comment" and key[1:3] not in tables and (*key[1:3], key[3].split(".")[-1]) not in stays]
        kinds = {key[0] for key in left if key[0] == "relation" or key[1:3] not in tables and key[0] not in ("index", "comment")}
        if left:
            self.fail(f"left over and not declared: {', '.join(sorted(kinds)) or 'index'}", "\n".join(map(str, left)))

    def is_declared(self, key):
        """Whether the report lists an object, or the table that it belongs to, as one that is there besides."""
        _, namespace, name, part = key
        extra = [entry["object"] for entry in self.report["drift"] if entry["change"] == "extra"]
        return any(one["schema"] == namespace and (one["table"] or one["name"]) == name and one["name"] in (name, part, part.split(".")[-1]) for one in extra)

    def inserts(self, database):
        """What an application would send works."""
        connection = database.connect()
        cursor = connection.cursor()
        for statement in self.case.inserts:
            if any(statement.startswith(f"INSERT INTO {table} ") for table in self.case.filled):
                # Its rows are not those that the INSERT was made for.
                continue
            try:
                cursor.execute(f"BEGIN; {statement}; COMMIT")
            except psycopg2.Error as error:
                cursor.execute("ROLLBACK")
                self.fail(f"an INSERT fails: {error.pgcode}", f"{statement}: {error}")
        connection.close()

    def by_a_driver(self):
        """The same script through a driver; then back."""
        database = self.case.clone(self.case.base)
        before = database.look(self.versions)
        try:
            execute(database, self.plan["fix_sql"])
        except psycopg2.Error as error:
            return self.fail(f"fix.sql fails by a driver: {shape_of(str(error))}", str(error))
        schema, rows, stamped = database.look(self.versions)
        if (schema, stamped) != (self.fixed[0], self.fixed[2]) or list(unequal(self.fixed[1], rows, self.case.ignored)):
            what = [key for key in schema.keys() | self.fixed[0].keys() if schema.get(key) != self.fixed[0].get(key)]
            values = list(unequal(self.fixed[1], rows, self.case.ignored))
            self.fail("fix.sql does something else by a driver", f"{what} {values} {stamped} {self.fixed[2]}")
        try:
            execute(database, self.plan["undo_sql"])
        except psycopg2.Error as error:
            if "the undo would lose them and stops" in str(error):
                return self.notes.append("undo.sql stops before values")
            return self.fail(f"undo.sql fails: {shape_of(str(error))}", str(error))
        after = database.look(self.versions)
        if after[2] != before[2]:
            self.fail("undo.sql gives other version rows", f"{after[2]}, not {before[2]}")
        for key in sorted(before[0].keys() | after[0].keys()):
            was, now = before[0].get(key), after[0].get(key)
            if was != now and not self.stays(key, now):
                self.fail(f"undo.sql does not lead back: {key[0]}", f"{key}: before {was!r}, after {now!r}")

    def by_stamp_sql(self):
        """For those who do not use the commands: the rows, twice, and nothing else."""
        database = self.case.clone(self.case.base)
        schema, rows, _ = database.look(self.versions)
        for time in ("the first time", "the second time"):
            run = self.case.server.psql(database.name, file=self.folder / "stamp.sql", check=False)
            if run.returncode:
                return self.fail(f"stamp.sql fails {time}: {shape_of(run.stderr)}", run.stderr)
            if database.look(self.versions) != (schema, rows, sorted(self.plan["to"])):
                self.fail(f"stamp.sql leads elsewhere {time}", f"{database.rows(self.versions)}, not {sorted(self.plan['to'])}")

    def stays(self, key, text):
        """Whether undo.sql says that an object, or the column that a sequence belongs to, stays."""
        owner = OWNER.search(text or "")
        names = [key[2], *([owner[1]] if owner else [])]
        told = [stay for stay in re.findall("^-- Stays: (.*)", self.plan["undo_sql"], re.M) if "only its definition comes back" not in stay]
        return any(name in stay for name in names for stay in told)

    def stops(self):
        """With one change after the dump the script stops before its first change, and says so."""
        name = "fix" if self.plan["fix_sql"] else "stamp"
        script = self.plan[f"{name}_sql"]
        database = self.case.clone(self.case.base)
        connection = database.connect()
        kind, sql = change(self.case.chance, connection, self.versions, rows=name == "stamp")
        connection.close()
        if not sql or not script:
            return
        before = database.look(self.versions)
        named = kind == "row" or all(word in script for word in WORDS.findall(sql) if word not in KEYWORDS)
        where = "the row" if kind == "row" else "what it touches" if named else "something else"
        self.notes.append(f"{name}.sql, changed afterwards: {where}")
        try:
            execute(database, script)
        except psycopg2.Error as error:
            if "restamp: " not in str(error):
                self.fail(f"{name}.sql fails on a changed database without a word of its own, {where}: {shape_of(str(error))}", f"{sql}\n{error}")
            if database.look(self.versions) != before:
                self.fail(f"{name}.sql stops after a change")
            return
        self.fail(f"{name}.sql does not stop, changed afterwards: {where}", sql)


def execute(database, script):
    connection = database.connect()
    try:
        connection.cursor().execute(script)
    finally:
        connection.close()


def shape_of(text):
    """The first line of an error, without names."""
    line = next((line for line in text.splitlines() if "ERROR" in line), text.splitlines()[0] if text else "")
    return re.sub(r"\d+", "N", re.sub(r"\"[^\"]*\"|'[^']*'|\S*\.\S+|psql:\S*", "…", line))[:100]
