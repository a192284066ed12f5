"""Records what the real Alembic and a real PostgreSQL do with the projects of corpus.json into tests/corpus/NAME.

    python tests/oracle/record.py [NAME...]             without names: every project that has a `record` and lacks a recording
    python tests/oracle/record.py --missing [NAME...]   only what a recording lacks; its dumps and drifts stay as they are

Written are `head.sql.gz` and `at_<revision>.sql.gz` (what pg_dump prints after the real `upgrade`), `schemas.json` (a hash of the
schema after each revision of one run), `changes.json.gz` (the objects that each revision of that run has really changed,
see inside/objects.py), `upgrades.json` (what the real `upgrade` does to a database
restored from a snapshot's schema alone, and stamped there), `drifts/` (see drift.py) and `project.json`.

`record` in corpus.json: `install` and `bare` (see venvs.py), `environment` (variables), `server`, `configure` (what the project's env.py passes), `execution_options` (of its
connection), `target`,
`setup` (lines of Python that run before the upgrade), `snapshots` (revisions that should be among the snapshots).
"""

import gzip
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import drift
from fetch import HERE, fetch
from inside.normal import normal
from server import Server
from venvs import make, package_folder

CORPUS = HERE.parent / "corpus"
RUNNER = HERE / "inside" / "runner.py"
SNAPSHOTS = 6
DRIFTS = 16


class Recorder:
    def __init__(self, project, server, work):
        self.project, self.server, self.work = project, server, work
        self.record = project["record"]
        self.venv = make(project)
        self.out = CORPUS / project["name"]
        self.target = self.record.get("target", "heads")
        configure = self.record.get("configure") or {}
        table = configure.get("version_table", "alembic_version")
        self.version_table = f"{configure.get('version_table_schema', 'public')}.{table}"
        packages = package_folder(self.venv)
        self.locations = [str(packages / location) for location in project["locations"]]

    def alembic(self, database, target=None, dump=False, **more):
        """Runs the real upgrade in the project's own environment; `more` is what the job says besides."""
        job = {
            "url": self.server.url(database),
            "locations": self.locations,
            "recursive": self.project.get("recursive", False),
            "configure": self.record.get("configure") or {},
            "execution_options": self.record.get("execution_options", {}),
            "setup": "\n".join(self.record.get("setup", [])),
            "target": target or self.target,
            "result": str(self.work / "result.json"),
            **more,
        }
        if dump:
            job["dump"] = [str(word) for word in self.server.dump_command(database, "-s", "--lock-wait-timeout=10000")]
        (self.work / "job.json").write_text(json.dumps(job))
        (self.work / "result.json").unlink(missing_ok=True)
        command = [self.venv / "bin" / "python", RUNNER, self.work / "job.json"]
        with (self.work / "log").open("w") as log:
            environment = dict(os.environ, **self.record.get("environment", {}))
            code = subprocess.run(command, stdout=log, stderr=log, cwd=self.work, env=environment).returncode
        if code or not (self.work / "result.json").exists():
            raise RuntimeError(f"{self.project['name']}: " + (self.work / "log").read_text()[-3000:])
        return json.loads((self.work / "result.json").read_text())

    def upgrade(self, database, target=None, dump=False):
        """An upgrade that must succeed."""
        answer = self.alembic(database, target, dump)
        if not answer["outcome"]["ok"]:
            raise RuntimeError(f"{self.project['name']}: {answer['outcome']}\n" + (self.work / "log").read_text()[-3000:])
        return answer

    def rows(self, database):
        found = self.server.psql(database, f"SELECT version_num FROM {self.version_table} ORDER BY 1", check=False)
        return found.stdout.split()

    def outcome(self, database):
        """What `upgrade` does to a database, in the format of the recordings."""
        outcome = self.alembic(database)["outcome"]
        return {**outcome, "rows_after": self.rows(database)}

    def stamp(self, database, rows):
        """Makes the version rows what they should be; a dump of the schema has the table without rows."""
        self.server.psql(database, f"DELETE FROM {self.version_table}")
        for row in rows:
            self.server.psql(database, f"INSERT INTO {self.version_table} VALUES ('{row}')")

    def write(self, name, text):
        path = self.out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(text.encode(), 9, mtime=0) if path.suffix == ".gz" else text.encode())

    def json(self, name, value):
        self.write(name, json.dumps(value, indent=1) + "\n")

    def snapshots(self, order, down):
        """Revisions along the run at equal distances, those that were asked for, and one inside a branch."""
        wanted = list(self.record.get("snapshots", []))
        children = {}
        for revision, parents in down.items():
            for parent in parents:
                children.setdefault(parent, []).append(revision)
        branching = [order.index(child) for heirs in children.values() if len(heirs) > 1 for child in heirs if child in order]
        if branching:
            wanted.append(order[sorted(branching)[len(branching) // 2]])
        distance = len(order) / (SNAPSHOTS + 1)
        wanted += [order[int(distance * (place + 1))] for place in range(SNAPSHOTS)]
        wanted = [revision for revision in dict.fromkeys(wanted) if revision != order[-1]]
        return sorted(wanted[:SNAPSHOTS], key=order.index)

    def run(self):
        head = self.upgrade(self.server.create("head"))
        walk = self.upgrade(self.server.create("walk"), dump=True)
        dump = self.server.dump("head", "-s")
        if normal(dump) != normal(self.server.dump("walk", "-s")):
            print(f"{self.project['name']}: a transaction per migration makes another schema", file=sys.stderr)
        self.write("head.sql.gz", dump)
        chosen = self.snapshots(walk["order"], walk["down"])
        taken, upgrades = [], {}
        for revision in chosen:
            database = self.server.create(f"at_{revision}")
            self.upgrade(database, revision)
            if self.rows(database) != [revision]:
                continue
            dump = self.server.dump(database, "-s")
            self.write(f"at_{revision}.sql.gz", dump)
            self.restore(f"empty_{revision}", dump)
            self.stamp(f"empty_{revision}", [revision])
            upgrades[revision] = self.outcome(self.server.create("once", f"empty_{revision}"))
            taken.append(revision)
        self.restore("empty_head", self.server.dump("head", "-s"))
        self.json("schemas.json", schemas(walk))
        self.json("changes.json.gz", changes(walk))
        self.json("upgrades.json", upgrades)
        self.json("project.json", self.description(head, taken))
        drift.record(self, taken, walk["order"], DRIFTS)

    def run_missing(self):
        """What the walk and the recorded snapshots give, where it is not recorded."""
        recorded = json.loads((self.out / "project.json").read_text())
        dump = lambda name: gzip.decompress((self.out / f"{name}.sql.gz").read_bytes()).decode()  # noqa: E731
        lacks = lambda *names: not all((self.out / name).exists() for name in names)  # noqa: E731
        if lacks("schemas.json", "changes.json.gz"):
            walk = self.upgrade(self.server.create("walk"), dump=True)
            if normal(dump("head")) != normal(self.server.dump("walk", "-s")):
                print(f"{self.project['name']}: this run makes another schema than the recorded one", file=sys.stderr)
            self.json("schemas.json", schemas(walk))
            self.json("changes.json.gz", changes(walk))
        upgrades = {} if lacks("upgrades.json") else json.loads((self.out / "upgrades.json").read_text())
        for revision in self.record.get("snapshots", []):
            if revision not in recorded["snapshots"]:
                self.upgrade(self.server.create("at"), revision)
                assert self.rows("at") == [revision], self.rows("at")
                self.write(f"at_{revision}.sql.gz", self.server.dump("at", "-s"))
                recorded["snapshots"].append(revision)
                self.json("project.json", recorded)
        for revision in recorded["snapshots"]:
            if revision not in upgrades:
                self.restore("once", dump(f"at_{revision}"))
                self.stamp("once", [revision])
                upgrades[revision] = self.outcome("once")
        self.json("upgrades.json", upgrades)

    def restore(self, database, dump):
        path = self.work / "dump.sql"
        path.write_text(re.sub(r"^CREATE SCHEMA public;$", "", dump, flags=re.M))
        self.server.psql(self.server.create(database), file=path)

    def description(self, head, snapshots):
        name, version = self.project["pip"].split("==")
        return {
            "name": self.project["name"],
            "pypi": name,
            "version": version,
            "version_locations": self.project["locations"],
            "revisions": len(head["down"]),
            "heads": head["heads"],
            "version_rows_at_head": self.rows("head"),
            "version_table": self.version_table,
            "snapshots": snapshots,
            "configure": self.record.get("configure"),
            **({"target": self.target} if self.target != "heads" else {}),
            "alembic": head["alembic"],
            "sqlalchemy": head["sqlalchemy"],
            "postgresql": self.server.psql("head", "SHOW server_version").stdout.split()[0],
        }


def schemas(walk):
    """The hash after each revision of a run; `whole` where the revision and its ancestors are all that ran by then."""
    ancestors, found, done = {}, [], set()
    for revision in walk["order"]:
        ancestors[revision] = {revision}.union(*(ancestors[parent] for parent in walk["down"][revision]))
        done.add(revision)
        found.append({"revision": revision, "schema": walk["schemas"][revision], "whole": ancestors[revision] == done})
    return found


def changes(walk):
    """What each revision of a run has changed, in the order of the run."""
    return [{"revision": revision, "changed": walk["changes"][revision]} for revision in walk["order"]]


def main(arguments):
    missing = "--missing" in arguments
    names = [argument for argument in arguments if argument != "--missing"]
    projects = [project for project in json.loads((HERE / "corpus.json").read_text()) if "record" in project]
    there = lambda project: (CORPUS / project["name"]).exists()  # noqa: E731
    wanted = [project for project in projects if project["name"] in names or not names and there(project) == missing]
    failed = set(names) - {project["name"] for project in wanted}
    servers = {}
    try:
        for project in wanted:
            version = project["record"].get("server", "16")
            if version not in servers:
                servers[version] = Server(version)
            fetch(project)
            with tempfile.TemporaryDirectory() as work:
                try:
                    recorder = Recorder(project, servers[version], pathlib.Path(work))
                    recorder.run_missing() if missing else recorder.run()
                    print(project["name"], "recorded", flush=True)
                except (RuntimeError, subprocess.CalledProcessError) as error:
                    print(project["name"], "FAILED", error, flush=True)
                    failed.add(project["name"])
    finally:
        for server in servers.values():
            server.stop()
    sys.exit(bool(failed))


if __name__ == "__main__":
    main(sys.argv[1:])
