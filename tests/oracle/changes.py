"""Single changes of real databases, enumerated from PostgreSQL's ALTER grammar: is each reported as a difference?

    python tests/oracle/changes.py [NAME...] [--most 8] [--version 16|18|system] [--restamp PATH] [--seed 1]

For each project (recorded heads in tests/corpus, and `own`, of tests/oracle/own, which has every kind of object) the schema is restored
on a real server, changed, dumped again with pg_dump and analysed. Changes to different objects share a database, since each is judged
on its own object; what is not reported there is tried once more alone, and so is what reaches other objects. A change that pg_dump
does not show is none. At most `--most` changes of a kind are tried per project, chosen by the seed. The server is 16 (for `own` 18,
too), or the system's for projects that need extensions.

Printed is a table of kinds; what is not reported is written to target/disagreements/changes/NAME.txt.
"""

import argparse
import concurrent.futures
import contextlib
import gzip
import json
import os
import pathlib
import random
import re
import subprocess
import tempfile
from collections import Counter, defaultdict

import psycopg2
from alter import changes
from alter.schema import Schema
from inside.normal import normal
from project import Project
from server import SYSTEM, VERSIONS, Server

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
OUT = ROOT / "target" / "disagreements" / "changes"
OWN = HERE / "own"
PROJECTS = ["own", "ckan", "dstack", "keystone", "cinder", "langflow", "prefect", "skyvern", "airflow", "fides"]
# What has been seen of a change, from best to worst: as drift, only listed (a name that nobody wrote), as not compared, not at all.
ANSWERS = ("drift", "listed", "uncompared", "missed")


class Case:
    """A project with its schema in the database `base` of a server."""

    def __init__(self, name, server, restamp, work):
        self.name, self.server, self.restamp, self.work = name, server, restamp, work
        self.base = f"base_{name}"
        self.count = 0
        if name == "own":
            self.arguments, self.rows = [OWN], None
            server.create(self.base)
            Project(work, OWN / "versions", server.url(self.base)).upgrade("heads")
        else:
            folder = ROOT / "tests" / "corpus" / name
            project = json.loads((folder / "project.json").read_text())
            packages = ROOT / "target" / "corpus" / name
            self.rows = project["version_rows_at_head"]
            self.arguments = [packages, "--environment", project["version_locations"][0], "--stamped", ",".join(self.rows)]
            self.arguments += ["--target", project["target"]] if "target" in project else []
            dump = gzip.decompress((folder / "head.sql.gz").read_bytes()).decode()
            (work / f"{name}.sql").write_text(re.sub(r"^CREATE SCHEMA public;$", "", dump, flags=re.M))
            server.psql(server.create(self.base), file=work / f"{name}.sql")
        self.dump, self.report = self.look(self.base)
        self.known = {self.words(entry) for entry in self.report["drift"]}
        with psycopg2.connect(server.url(self.base, "postgresql")) as connection:
            self.changes = changes(Schema(connection))
        connection.close()

    @staticmethod
    def words(entry):
        return json.dumps([entry[key] for key in ("change", "object", "attribute", "expected", "actual")])

    def look(self, database):
        dump = self.server.dump_for_restamp(database)
        path = self.work / f"{database}.sql"
        path.write_text(dump)
        run = self.restamp("analyze", *self.arguments, "--dump", path, "--format", "json", "--no-plans")
        if run.returncode not in (0, 1):
            raise RuntimeError(f"{self.name}: {run.returncode}\n{run.stderr[-2000:]}")
        path.unlink()
        return normal(dump), json.loads(run.stdout)

    def apply(self, group):
        """A copy of the schema with all changes of the group that PostgreSQL takes, and these."""
        self.count += 1
        database = self.server.create(f"{self.base}_{self.count}", self.base)
        connection = psycopg2.connect(self.server.url(database, "postgresql"))
        connection.autocommit = True
        done = []
        cursor = connection.cursor()
        for change in group:
            try:
                cursor.execute("BEGIN")
                for sql in change.sql:
                    cursor.execute(sql)
                cursor.execute("COMMIT")
                done.append(change)
            except psycopg2.Error:
                cursor.execute("ROLLBACK")
        connection.close()
        return database, done

    def answer(self, change, report):
        """How the report shows the change."""
        found = [entry for entry in report["drift"] if change.is_reported(entry["object"]) and self.words(entry) not in self.known]
        if any(entry["counts"] or entry["change"] == "extra" for entry in found):
            return "drift"
        # A change may be (nearly) the step back to another revision: then that is what is said.
        here, there = self.report["located"], report["located"]
        if there["revisions"] != here["revisions"] and here["revisions"] not in there["same_schema"]:
            return "drift"
        if any(entry["change"] != "uncompared" for entry in found):
            return "listed"
        # What is not compared is said, be it changed or not.
        said = any(entry["change"] == "uncompared" and change.is_reported(entry["object"]) for entry in report["drift"])
        return "uncompared" if said else "missed"

    def judge(self, group):
        """The answer to each change of a group; None where PostgreSQL refuses it or the dump does not show it."""
        database, done = self.apply(group)
        try:
            if not done:
                return dict.fromkeys(group)
            dump, report = self.look(database)
        finally:
            self.server.psql("postgres", f'DROP DATABASE "{database}" WITH (FORCE)')
        if len(group) == 1 and dump == self.dump:
            return {group[0]: None}
        return {change: self.answer(change, report) if change in done else None for change in group}

    def run(self, most, seed, pool):
        chance = random.Random(f"{self.name} {seed}")
        kinds = defaultdict(list)
        for change in self.changes:
            kinds[change.kind].append(change)
        chosen = [change for of_kind in kinds.values() for change in chance.sample(of_kind, min(most, len(of_kind)))]
        chance.shuffle(chosen)
        groups = grouped([change for change in chosen if not change.alone])
        groups += [[change] for change in chosen if change.alone]
        answers = {}
        for found in pool.map(self.judge, groups):
            answers.update(found)
        # Alone, nothing else stands in the way of a change, and the dump tells whether it shows at all.
        again = [change for change in chosen if not change.alone and answers[change] in (None, *ANSWERS[1:])]
        for found in pool.map(self.judge, [[change] for change in again]):
            answers.update(found)
        return answers


def grouped(all):
    """Groups of changes to different objects."""
    groups, units = [], []
    for change in all:
        for group, taken in zip(groups, units, strict=True):
            if change.unit() not in taken and len(group) < 60:
                group.append(change)
                taken.add(change.unit())
                break
        else:
            groups.append([change])
            units.append({change.unit()})
    return groups


class Answers:
    """How many changes got which answer, by kind and by project."""

    def __init__(self):
        self.kinds, self.projects = defaultdict(Counter), defaultdict(Counter)

    def add(self, project, answers):
        """Counts the answers of a project; what is not reported as drift is written down."""
        OUT.mkdir(parents=True, exist_ok=True)
        with (OUT / f"{project}.txt").open("w") as out:
            for change, answer in sorted(answers.items(), key=lambda pair: (str(pair[1]), pair[0].kind, pair[0].sql)):
                if answer is not None:
                    self.kinds[change.kind][answer] += 1
                    self.projects[project][answer] += 1
                    if answer != "drift":
                        print(answer, change.kind, "; ".join(change.sql), sep=" | ", file=out)

    def total(self):
        return sum(self.projects.values(), Counter())

    def print(self):
        print(f"\n{'kind (those of which all are drift are left out)':50}{'tried':>6}" + "".join(f"{answer:>12}" for answer in ANSWERS))
        for kind, count in sorted(self.kinds.items()):
            if count["drift"] != count.total():
                print(line(kind, count))
        print("\nproject")
        for project, count in self.projects.items():
            print(line(project, count))
        total = self.total()
        print(line(f"all, of {len(self.kinds)} kinds", total))
        reported = total["drift"] + total["listed"]
        print(f"\n{reported} of {total.total()} changes are reported ({100 * reported / max(1, total.total()):.2f} in 100)")


def line(name, count):
    return f"{name:50}{count.total():6}" + "".join(f"{count[answer]:12}" for answer in ANSWERS)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    parser.add_argument("--most", type=int, default=8)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--kind", help="only kinds whose name holds this")
    parser.add_argument("--version", choices=[*VERSIONS, SYSTEM])
    parser.add_argument("--restamp", default=os.environ.get("RESTAMP", ROOT / "target" / "release" / "restamp"))
    options = parser.parse_args()

    def restamp(*arguments):
        return subprocess.run([options.restamp, *map(str, arguments)], capture_output=True, text=True)

    answers, servers = Answers(), {}
    with contextlib.ExitStack() as stack, tempfile.TemporaryDirectory() as work, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name in options.names or PROJECTS:
            for version in [options.version] if options.version else versions(name):
                if version not in servers:
                    servers[version] = stack.enter_context(Server(version))
                case = Case(name, servers[version], restamp, pathlib.Path(work))
                case.changes = [change for change in case.changes if (options.kind or "") in change.kind]
                label = f"{name}-{version}"
                answers.add(label, case.run(options.most, options.seed, pool))
                print(line(label, answers.projects[label]), flush=True)
    answers.print()


def versions(name):
    """The servers on which a project is changed; only the system's has extensions."""
    if name == "own":
        return sorted(VERSIONS)
    head = gzip.decompress((ROOT / "tests" / "corpus" / name / "head.sql.gz").read_bytes()).decode()
    return [SYSTEM if "\nCREATE EXTENSION" in head else "16"]


if __name__ == "__main__":
    main()
