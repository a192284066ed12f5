"""Random histories through the real Alembic on a real PostgreSQL, and through Restamp.

    python tests/oracle/histories.py COUNT [SEED]      histories SEED, SEED + 1, …; prints how many are equal

Each history is upgraded to a random earlier place, dumped, and upgraded to its heads. What Restamp says of both dumps must be true:
the place, no differences, and what the upgrade does, to the SQLSTATE. What disagrees is written to `target/disagreements/histories`, with
what is left of the history when everything that does not matter for it is taken away.
"""

import argparse
import collections
import copy
import dataclasses
import json
import multiprocessing
import multiprocessing.util
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
import warnings

warnings.simplefilter("ignore")
sys.path += [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parent / "inside")]

import psycopg2  # noqa: E402
import sqlalchemy as sa  # noqa: E402
from alembic import command  # noqa: E402
from alembic.config import Config  # noqa: E402
from generate.history import generate  # noqa: E402
from normal import normal  # noqa: E402
from server import VERSIONS, Server  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUT = ROOT / "target" / "disagreements" / "histories"


class Database:
    """A database of its own, with what the template holds."""

    numbers = 0

    def __init__(self, server, template="template0"):
        Database.numbers += 1
        self.server, self.name = server, f"history_{Database.numbers}"
        server.admin.execute(f"CREATE DATABASE {self.name} TEMPLATE {template}")

    def __enter__(self):
        self.url = self.server.url(self.name)
        self.engine = sa.create_engine(self.url, poolclass=sa.NullPool)
        return self

    def __exit__(self, *_):
        self.server.admin.execute(f"DROP DATABASE {self.name} WITH (FORCE)")

    def dump(self, data, versions="alembic_version"):
        return self.server.dump(self.name) if data else self.server.dump_for_restamp(self.name, versions)

    def rows(self, table):
        with self.engine.connect() as connection:
            if not sa.inspect(connection).has_table(table):
                return []
            return sorted(connection.exec_driver_sql(f"SELECT version_num FROM {table}").scalars())

    def upgrade(self, folder, target):
        """The real Alembic: what came of it, in the words of Restamp's prediction."""
        config = Config(folder / "alembic.ini")
        config.set_main_option("sqlalchemy.url", self.url.replace("%", "%%"))
        try:
            command.upgrade(config, target)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer
            return failure(error, folder)
        return {"outcome": "succeeds", "revision": None, "sqlstate": None, "message": None, "line": None}


def failure(error, folder):
    diag = getattr(getattr(error, "orig", error), "diag", None)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(str(folder / "migrations" / "versions"))]
    revision = re.search(r"_(\w+)\.py$", frames[-1].filename)[1] if frames else None
    return {
        "outcome": "fails", "revision": revision, "line": frames[-1].lineno if frames else None,
        "sqlstate": diag.sqlstate if diag else None, "message": diag.message_primary if diag else f"{type(error).__name__}: {error}",
    }


@dataclasses.dataclass
class Case:
    """A history, and how it is asked about."""

    history: object
    version: str
    # The revision at which the first dump is taken; none for an empty database.
    middle: str
    data: bool


def restamp():
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    choices = [pathlib.Path(os.environ["RESTAMP"])] if "RESTAMP" in os.environ else [target / kind / "restamp" for kind in ("debug", "measure", "release")]
    there = [path for path in choices if path.exists()]
    assert there, "restamp is not built: cargo build --features cli"
    return max(there, key=lambda path: path.stat().st_mtime)


def analyze(folder, dump, *options):
    return report_of([folder, "--no-plans", *options], dump, folder)


def report_of(arguments, dump, folder):
    """What Restamp says of a dump, or why it says nothing."""
    (folder / "dump.sql").write_text(dump)
    run = subprocess.run([restamp(), "analyze", *arguments, "--dump", folder / "dump.sql", "--format", "json"], capture_output=True, text=True)
    if run.returncode not in (0, 1):
        return None, f"exit code {run.returncode}: {run.stderr.strip()[-400:]}"
    return json.loads(run.stdout), None


class Judge:
    """Runs one case; `found` lists what disagrees, as pairs of a kind and the details."""

    def __init__(self, case, servers):
        self.case, self.server, self.found = case, servers[case.version], []
        self.versions = case.history.version_table or "alembic_version"
        self.counts = collections.Counter()
        self.reasons = collections.Counter()

    def run(self, folder):
        self.folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        self.case.history.write(folder)
        with Database(self.server) as database:
            if self.case.middle:
                reached = database.upgrade(folder, self.case.middle)
                if reached["outcome"] == "fails":
                    # The way to the middle is as good a question.
                    return self.upgrade_from_nothing(reached)
            dumped = database.dump(self.case.data, self.versions), database.rows(self.versions)
            outcome = database.upgrade(folder, "heads")
            before = self.look(*dumped, "middle", complete=outcome["outcome"] == "succeeds")
            self.prediction(before, outcome, "middle")
            self.counts["real " + outcome["outcome"]] += 1
            if outcome["outcome"] == "succeeds":
                dumped = database.dump(self.case.data, self.versions), database.rows(self.versions)
                after = self.look(*dumped, "heads", complete=True)
                self.prediction(after, outcome, "heads")
        return self

    def upgrade_from_nothing(self, reached):
        self.counts["real fails"] += 1
        with Database(self.server) as empty:
            report, _ = analyze(self.folder, empty.dump(self.case.data), "--target", self.case.middle)
        self.prediction(report, reached, "nothing")
        return self

    def look(self, dump, rows, where, complete):
        """Judges what is said of a dump: the place and the differences."""
        report, problem = analyze(self.folder, dump)
        if problem:
            self.found.append((f"{where}: {problem[:80]}", problem))
            return None
        self.differences(report, where)
        for revision in report["revisions"]:
            for one in revision["unmodelled"]:
                self.reasons[f"unmodelled: {shape(one['reason'])}"] += 1
                # What rows a table had is not known, and a revision that really fails has no effects.
                failed = "cannot be replayed" in one["reason"] or "is made outside of the revisions" in one["reason"]
                if one["reason"].startswith("the rows of ") or failed and not complete:
                    continue
                self.found.append((f"unmodelled: {shape(one['reason'])}", f"{one['file']}:{one['line']}: {one['reason']}"))
        located = report["located"]
        states = [sorted(located["revisions"]), *(sorted(state) for state in located["same_schema"])]
        # What a revision does that cannot follow those before it is not known.
        doubtful = self.with_reason(report, "cannot be replayed") & self.ancestry(rows)
        if not located["exact"] and not doubtful or rows not in states:
            self.found.append((f"{where}: not placed", f"at {rows}, said {states}, exact {located['exact']}: {report['verdict']['sentence']}"))
        elif len(states) > 1:
            # A revision that asks for rows may have done nothing.
            by_rows = self.with_reason(report, "the rows of ")
            told = [state for state in states if not by_rows & (self.ancestry(state) ^ self.ancestry(rows))]
            self.ties(normal_tie(dump, self.versions), rows, told)
        return report

    def with_reason(self, report, words):
        return {one["id"] for one in report["revisions"] if any(words in unmodelled["reason"] for unmodelled in one["unmodelled"])}

    def ancestry(self, rows):
        """The revisions at the rows and all that come before them."""
        revisions = {revision.id: revision for revision in self.case.history.revisions}
        found, open_ = set(), list(rows)
        while open_:
            one = open_.pop()
            if one not in found:
                found.add(one)
                open_ += [*revisions[one].down, *revisions[one].depends_on]
        return found

    def ties(self, dump, rows, states):
        """All of a tie must have the same schema."""
        self.counts["ties"] += 1
        for state in [state for state in states if state != rows][:3]:
            with Database(self.server) as other:
                for revision in state:
                    if other.upgrade(self.folder, revision)["outcome"] == "fails":
                        return
                if sorted(state) != other.rows(self.versions) or not state:
                    continue
                other_dump = normal_tie(other.dump(self.case.data), self.versions)
                if other_dump != dump:
                    self.found.append(("wrong tie", f"at {rows}, and {state} is another schema:\n" + difference(dump, other_dump)))

    def differences(self, report, where):
        self.counts["objects"] += report["database"]["objects"]
        for entry in report["drift"]:
            name = entry["object"]
            text = f"{entry['change']} {name['kind']} {name['table'] or ''}.{name['name']} {entry['attribute']}: {entry['expected']!r} / {entry['actual']!r}; {entry['note']}"
            if entry["counts"]:
                self.found.append((f"false difference: {entry['change']} {name['kind']} {entry['attribute']}", f"{where}: {text}"))
            elif entry["change"] == "uncompared":
                self.counts["uncompared"] += 1
                self.reasons[f"uncompared {name['kind']} {entry['attribute']}: {shape(entry['note'] or '')}"] += 1
                if not entry["note"]:
                    self.found.append(("uncompared without a reason", f"{where}: {text}"))

    def prediction(self, report, real, where):
        if report is None:
            return
        ours = report["prediction"]
        said = f"  really {real}\n  said   {({key: ours[key] for key in ('outcome', 'revision', 'line', 'sqlstate', 'message', 'statement', 'conditions') if key in ours})}"
        self.counts["predictions"] += 1
        if ours["outcome"] in ("unknown", "depends_on_data"):
            self.counts[ours["outcome"]] += 1
            by_rows = ours["outcome"] == "depends_on_data" or (ours["message"] or "").startswith("the rows of ")
            if by_rows and (not self.case.data or self.case.history.writes_rows()):
                # A dump of the schema alone does not tell which tables are empty; which rows a run has written is not followed.
                return
            conditions = ours.get("conditions") or []
            if conditions and all("FROM pg_catalog.pg_" in (condition["query"] or "") for condition in conditions):
                # Nor does a dump tell which roles, extensions and collations the server has.
                return
            self.found.append((f"prediction: {ours['outcome']}, really {real['outcome']} {real['sqlstate'] or ''}: {shape(ours['message'] or '')}", f"{where}:\n{said}"))
        elif ours["outcome"] != real["outcome"]:
            self.found.append((f"prediction: {ours['outcome']} {ours['sqlstate'] or ''}, really {real['outcome']} {real['sqlstate'] or ''}: {shape(real['message'] or ours['message'] or '')}", f"{where}:\n{said}"))
        elif real["outcome"] == "fails":
            for key in ("revision", "sqlstate", "message", "line"):
                if real["sqlstate"] is None and key == "message":
                    continue
                if key == "line" and self.batch(real):
                    # The operations of a batch run when its block ends: Python names the block, Restamp the operation.
                    continue
                if real[key] is not None and real[key] != ours[key]:
                    self.found.append((f"prediction: another {key}: {shape(str(real['message']))}", f"{where}:\n{said}"))
                    break

    def batch(self, real):
        """Whether the line that Python names opens a batch."""
        if real["revision"] is None or real["line"] is None:
            return False
        (file,) = (self.folder / "migrations" / "versions").glob(f"*{real['revision']}*.py")
        return "batch_alter_table" in file.read_text().splitlines()[real["line"] - 1]


def shape(text):
    """A message without the names in it."""
    return re.sub(r"\d+", "N", re.sub(r"\"[^\"]*\"|'[^']*'|`[^`]*`", "…", text))[:110]


def normal_schema(dump, versions):
    """A dump without data, and without the version table, which an empty database has not."""
    lines, copying = [], False
    for line in normal(dump).splitlines():
        copying = copying or line.startswith("COPY ")
        if not copying and "pg_catalog.setval" not in line:
            lines.append(line)
        copying = copying and line != "\\."
    statements = ("\n".join(lines) + "\n").split(";\n")
    kept = [text for text in statements if versions not in text and not text.startswith(("SET ", "SELECT pg_catalog.set_config("))]
    return ";\n".join(kept)


def normal_tie(dump, versions):
    """The same, with values as values: a default of `0` and one of `'0'::bigint` are the same, and so are one of NULL and none."""
    numbers = re.sub(r"DEFAULT '(-?[\d.]+)'::(?:smallint|integer|bigint|numeric|real|double precision)\b", r"DEFAULT \1", normal_schema(dump, versions))
    return re.sub(r" DEFAULT NULL::[\w ]+", "", numbers)


def difference(left, right):
    import difflib

    return "\n".join(list(difflib.unified_diff(left.splitlines(), right.splitlines(), lineterm="", n=0))[:20])


def make(seed, servers):
    chance = random.Random(f"case {seed}")
    version = chance.choice(sorted(VERSIONS))
    with Database(servers[version]) as database:
        history = generate(seed, database.engine)
    middle = chance.choice([None, None, *[revision.id for revision in history.revisions]])
    return Case(history, version, middle, chance.random() < 0.7)


def judged(case, servers, folder):
    judge = Judge(case, servers)
    try:
        judge.run(folder)
    except Exception:  # noqa: BLE001 - the test itself is wrong
        judge.found.append(("the test failed", traceback.format_exc()))
    return judge


def without(history):
    """Smaller histories: without a revision's operations, without a revision, without one operation."""
    for at, revision in reversed(list(enumerate(history.revisions))):
        smaller = copy.deepcopy(history)
        gone = smaller.revisions.pop(at)
        for other in smaller.revisions:
            if gone.id in other.down:
                place = other.down.index(gone.id)
                other.down[place : place + 1] = [down for down in gone.down if down not in other.down]
            other.depends_on = [needed for needed in other.depends_on if needed != gone.id]
        if smaller.revisions:
            yield smaller
    for at, revision in reversed(list(enumerate(history.revisions))):
        for number in reversed(range(len(revision.statements))):
            smaller = copy.deepcopy(history)
            del smaller.revisions[at].statements[number]
            yield smaller
    for key in ("convention", "version_table", "per_migration"):
        if getattr(history, key):
            smaller = copy.deepcopy(history)
            setattr(smaller, key, None)
            yield smaller


def shrink(case, kind, servers, folder, budget=150):
    """The case without what does not matter for a kind of disagreement."""
    again = True
    while again and budget > 0:
        again = False
        for history in without(case.history):
            budget -= 1
            if budget <= 0:
                break
            smaller = dataclasses.replace(case, history=history)
            if smaller.middle and smaller.middle not in [revision.id for revision in history.revisions]:
                smaller.middle = history.revisions[-1].id
            if kind in dict(judged(smaller, servers, folder).found):
                case, again = smaller, True
                break
    return case


SERVERS = {}


def start(versions=tuple(VERSIONS)):
    """One server of each version per process."""
    # An interrupted run leaves no servers behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for version in versions:
        server = SERVERS[version] = Server(version)
        # A process of a pool runs these at its end, and no others.
        multiprocessing.util.Finalize(server, server.stop, exitpriority=10)
        connection = psycopg2.connect(server.url("postgres", "postgresql"))
        connection.autocommit = True
        server.admin = connection.cursor()


def work(seed):
    """Judges the history of a seed."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="restamp-history")) / "project"
    try:
        case = make(seed, SERVERS)
    except Exception:  # noqa: BLE001 - the generator itself is wrong
        return seed, [("the generator failed", traceback.format_exc())], collections.Counter(), collections.Counter(), 0
    judge = judged(case, SERVERS, folder)
    if judge.found:
        keep(seed, "whole", case, judge, folder)
    shutil.rmtree(folder.parent, ignore_errors=True)
    return seed, judge.found, judge.counts, judge.reasons, case.history.size()


def reduce(job):
    """What is left of a seed's history when all that does not matter for a kind of disagreement is taken away."""
    seed, kind = job
    folder = pathlib.Path(tempfile.mkdtemp(prefix="restamp-history")) / "project"
    case = shrink(make(seed, SERVERS), kind, SERVERS, folder)
    text = keep(seed, "small", case, judged(case, SERVERS, folder), folder)
    shutil.rmtree(folder.parent, ignore_errors=True)
    return kind, seed, text


def keep(seed, name, case, judge, folder):
    """Writes what disagrees to `target/disagreements/histories/SEED`."""
    kept = OUT / str(seed)
    shutil.rmtree(kept / name, ignore_errors=True)
    shutil.copytree(folder, kept / name)
    lines = [f"PostgreSQL {case.version}, middle {case.middle}, data {case.data}", *(f"{kind}\n    {details}" for kind, details in judge.found)]
    if name == "small":
        for at, revision in enumerate(case.history.revisions):
            lines.append((folder / "migrations" / "versions" / f"{at:02}_{revision.id}.py").read_text())
    text = "\n".join(lines) + "\n"
    (kept / f"{name}.txt").write_text(text)
    return text


class Summary:
    """What all seeds have come to."""

    def __init__(self, out):
        out.mkdir(parents=True, exist_ok=True)
        self.done = (out / "done.txt").open("w", buffering=1)
        self.failures, self.counts, self.reasons, self.equal = {}, collections.Counter(), collections.Counter(), 0

    def add(self, seed, found, counts, reasons):
        if found and found[0][0].startswith("the "):
            print(seed, found[0][1][-600:], file=sys.stderr)
        self.counts += counts
        self.reasons += reasons
        self.equal += not found
        self.done.write(f"{seed} {'equal' if not found else found[0][0]}\n")
        for kind, details in found:
            self.failures.setdefault(kind, []).append((seed, details))

    def tell(self, most=25):
        for kind, places in sorted(self.failures.items(), key=lambda item: -len({seed for seed, _ in item[1]})):
            seeds = sorted({seed for seed, _ in places})
            print(f"{len(seeds):4} x {kind}: {seeds[:6]}")
        for reason, number in self.reasons.most_common(most):
            print(f"  {number:5} {reason}")


def seeds_of(parser):
    """The arguments that all runs of seeds have; starts anew where the hashes of strings have no fixed seed."""
    parser.add_argument("count", type=int)
    parser.add_argument("seed", type=int, nargs="?", default=1)
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    if os.environ.get("PYTHONHASHSEED") != "0":
        # Alembic iterates over sets of strings.
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PYTHONHASHSEED": "0"})
    return arguments, range(arguments.seed, arguments.seed + arguments.count)


def run_corpus(work, out):
    """Runs seeds of random histories, or of recorded projects (`--corpus`), and adds up what `work` finds."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--corpus", nargs="+", metavar="NAME", help="projects of corpus.json that have a recording, instead of random histories")
    arguments, seeds = seeds_of(parser)
    summary = Summary(out)
    corpus = [project for project in json.loads((ROOT / "tests" / "oracle" / "corpus.json").read_text()) if project["name"] in (arguments.corpus or [])]
    versions = {project["record"].get("server", "16") for project in corpus} or VERSIONS
    with multiprocessing.Pool(arguments.jobs, initializer=start, initargs=(sorted(versions),)) as pool:
        for result in pool.imap_unordered(work, [(seed, corpus) for seed in seeds]):
            summary.add(*result)
        pool.close()
        pool.join()
    return summary


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--shrink", action="store_true")
    arguments, seeds = seeds_of(parser)
    summary, size = Summary(OUT), 0
    with multiprocessing.Pool(arguments.jobs, initializer=start) as pool:
        for *result, operations in pool.imap_unordered(work, seeds):
            summary.add(*result)
            size += operations
        if arguments.shrink:
            first = [(min(seed for seed, _ in places), kind) for kind, places in summary.failures.items() if not kind.startswith("the ")]
            for kind, seed, text in pool.imap_unordered(reduce, first):
                print(f"---- {kind}: seed {seed}\n{text}")
        pool.close()
        pool.join()
    summary.tell()
    print(f"{arguments.count} histories, {size} operations, equal {summary.equal}; {dict(summary.counts)}")
    return 0 if summary.equal == arguments.count else 1


if __name__ == "__main__":
    sys.exit(main())
