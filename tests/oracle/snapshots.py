"""Restamp's snapshot of a database against pg_dump's dump of it.

    python tests/oracle/snapshots.py [NAME...]       all recorded projects, 200 random schemas and objects.sql, on every server there is
    python tests/oracle/snapshots.py --record        writes tests/fixtures/snapshots: objects.sql as each server says it, both ways

Three things are asked of each database. The SQL that Restamp makes of the snapshot, and the dump, make the same database: both are
restored and dumped again, and these dumps are equal to the letter. Restamp's own catalogs of both are equal. And so are its answers.
What RESTAMP_POSTGRES names (see server.py) is asked, too.
"""

import argparse
import difflib
import gzip
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests" / "oracle"))

import sqlalchemy as sa  # noqa: E402
from generate.history import generate  # noqa: E402
from server import OTHERS, SYSTEM, VERSIONS, Server  # noqa: E402

CORPUS = ROOT / "tests" / "corpus"
FIXTURES = ROOT / "tests" / "fixtures" / "snapshots"
OBJECTS = ROOT / "tests" / "oracle" / "objects.sql"
SELECT = ROOT / "src" / "sql" / "snapshot" / "snapshot.sql"
ROLES = ["app", "my owner", "reader", 'Weird-role "x"']
REVISIONS = ("a1", "b2")
# What a newer pg_dump writes of it no older server reads.
FAULTY = "-- not by another pg_dump"


def major(server):
    return int(server.psql("postgres", "SHOW server_version_num").stdout) // 10000


def pg_dump(server):
    version = subprocess.run([server.clients / "pg_dump", "--version"], check=True, capture_output=True, text=True).stdout
    return int(re.search(r" (\d+)\.", version)[1])


def unrestricted(text):
    """Without pg_dump's `\\restrict` and its random words, which older clients do not know."""
    return "".join(line + "\n" for line in text.splitlines() if not line.startswith(("\\restrict", "\\unrestrict")))


def load(server, database, text, check=True):
    """Runs SQL as psql does."""
    path = pathlib.Path(tempfile.mkstemp(dir=server.folder, suffix=".sql")[1])
    path.write_text(unrestricted(text))
    run = server.psql(database, file=path, check=check)
    path.unlink()
    return run


def empty(server, database):
    server.create(database, "template0")
    return database


def objects(server, database):
    """A database with every kind of object that the server knows."""
    for role in ROLES:
        quoted = role.replace('"', '""')
        server.psql("postgres", f'CREATE ROLE "{quoted}"', check=False)
    empty(server, database)
    wanted, kept = 0, []
    for line in OBJECTS.read_text().splitlines():
        if line.startswith("--- "):
            wanted = int(line.split()[1])
        elif wanted <= major(server) and (FAULTY not in line or pg_dump(server) == major(server)):
            kept.append(line)
    load(server, database, "\n".join(kept))
    return database


def recorded(server, database, project):
    """The head of a recorded project; of what needs an extension that this server does not have, the rest is enough."""
    empty(server, database)
    text = gzip.decompress((CORPUS / project / "head.sql.gz").read_bytes()).decode()
    path = server.folder / "head.sql"
    path.write_text(unrestricted(text))
    command = [server.clients / "psql", "-X", "-q", "-h", server.folder, "-U", "postgres", "-d", database, "-f", path]
    subprocess.run(command, capture_output=True)
    return database


def random_schema(server, database, seed):
    """What the operations of a random history have made."""
    empty(server, database)
    engine = sa.create_engine(server.url(database), poolclass=sa.NullPool)
    generate(seed, engine)
    engine.dispose()
    return database


def snapshot(server, database):
    return server.psql(database, file=SELECT).stdout


def again(server, text):
    """What pg_dump says of a database that `text` has made, without its own random words."""
    load(server, empty(server, "again"), text)
    return unrestricted(server.dump("again", "-s")).splitlines()


class Judge:
    def __init__(self, restamp, folder):
        self.restamp, self.folder = restamp, folder
        self.project = folder / "project"
        versions = self.project / "versions"
        versions.mkdir(parents=True, exist_ok=True)
        for revision in REVISIONS:
            (versions / f"{revision}.py").write_text(f"revision = '{revision}'\ndown_revision = None\n\n\ndef upgrade():\n    pass\n")

    def differences(self, server, database):
        """What the snapshot and the dump do not agree on; nothing is expected."""
        value, dump = snapshot(server, database), server.dump_for_restamp(database)
        files = {}
        for name, text in {"snapshot.json": value, "dump.sql": dump}.items():
            files[name] = self.folder / name
            files[name].write_text(text)
        made = self.restamp("snapshot", "--read", files["snapshot.json"])
        if made.returncode:
            return [made.stderr]
        found = compared("restored", again(server, made.stdout), again(server, server.dump(database, "-s")))
        ours, theirs = (self.catalog(file) for file in files.values())
        found += compared("catalog", ours, theirs)
        ours, theirs = (self.report(file) for file in files.values())
        found += compared("report", ours, theirs)
        return found

    def catalog(self, file):
        """Restamp's catalog as SQL, whose order is that in which the objects came."""
        run = self.restamp("replay", self.project, "--baseline", file)
        return sorted(run.stdout.split("\n\n")) if run.returncode == 0 else [run.stderr]

    def report(self, file):
        run = self.restamp("analyze", self.project, "--dump", file, "--no-plans", "--format", "json")
        if run.returncode not in (0, 1):
            return [run.stderr]
        report = json.loads(run.stdout)
        # The file itself, and the name of the database, which a dump does not tell.
        del report["inputs"], report["database"]["name"]
        report["stamped"] and report["stamped"]["revisions"].sort()
        # Of two texts in another order the places differ.
        report["diagnostics"] = sorted(f"{one['code']} {one['message']}" for one in report["diagnostics"])
        # When and by what it was taken is in the head of each script.
        report["check_sql"] = [line for line in report["check_sql"].splitlines() if not line.startswith("-- Dump")]
        return json.dumps(report, indent=1).splitlines()


def compared(what, ours, theirs):
    if ours == theirs:
        return []
    lines = list(difflib.unified_diff(theirs, ours, "of the dump", "of the snapshot", lineterm="", n=2))
    return [f"{what}:", *lines[:60]]


def program():
    """The command line, as the tests build it or as RESTAMP names it."""
    path = os.environ.get("RESTAMP", ROOT / "target" / "release" / "restamp")
    return lambda *arguments: subprocess.run([path, *map(str, arguments)], capture_output=True, text=True)


def record():
    FIXTURES.mkdir(exist_ok=True)
    for version in [*sorted(VERSIONS), SYSTEM, *sorted(OTHERS)]:
        with Server(version) as server:
            objects(server, "objects")
            for name, text in {"json": snapshot(server, "objects"), "sql": server.dump_for_restamp("objects")}.items():
                path = FIXTURES / f"objects-{major(server)}.{name}.gz"
                path.write_bytes(gzip.compress(unrestricted(text).encode(), mtime=0))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", help="recorded projects; all where none is named, and random schemas with them")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--seeds", type=int, default=200)
    arguments = parser.parse_args()
    if arguments.record:
        return record()
    projects = arguments.names or sorted(folder.name for folder in CORPUS.iterdir())
    equal = total = 0
    for version in [*sorted(VERSIONS), SYSTEM, *sorted(OTHERS)]:
        with Server(version) as server, tempfile.TemporaryDirectory() as folder:
            judge = Judge(program(), pathlib.Path(folder))
            cases = [(name, lambda name=name: recorded(server, "case", name)) for name in projects]
            if not arguments.names:
                cases += [("objects.sql", lambda: objects(server, "case"))]
                cases += [(f"seed {seed}", lambda seed=seed: random_schema(server, "case", seed)) for seed in range(1, arguments.seeds + 1)]
            for name, make in cases:
                found = judge.differences(server, make())
                total, equal = total + 1, equal + (not found)
                if found:
                    print(f"== {name} on PostgreSQL {major(server)}", *found, sep="\n", flush=True)
    print(f"{total} databases, {equal} of them said alike by snapshot and dump")
    return 0 if equal == total else 1


if __name__ == "__main__":
    sys.exit(main())
