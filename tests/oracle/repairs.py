"""Restamp's recommended plans on a real PostgreSQL with the real Alembic: random drifts, with rows in every table.

    python tests/oracle/repairs.py COUNT [SEED]                   drifts SEED, SEED + 1, …; prints how many went home
    python tests/oracle/repairs.py COUNT [SEED] --corpus NAME…    of recorded projects instead of random histories

Each is a random history upgraded to a random place and disturbed as a failed deploy or a hand would (`repair/disturb.py`). What Restamp
recommends is carried out on copies, and must lead to what the undisturbed upgrade has made of the same rows: the schema object for object,
the values, the version rows. `fix.sql` runs twice and changes nothing the second time, `undo.sql` leads back, and on a database that was
changed after the dump the script stops. What disagrees is written to `target/disagreements/repairs/SEED`.
"""

import collections
import json
import pathlib
import re
import shutil
import sys
import tempfile
import traceback

from histories import ROOT, SERVERS, report_of, run_corpus, shape
from repair.attempt import Attempt, GivenUp
from repair.case import Case, Skipped

OUT = ROOT / "target" / "disagreements" / "repairs"


class Judge:
    """Judges one drift; `found` lists what disagrees, as pairs of a kind and the details."""

    def __init__(self, seed, folder, corpus):
        self.seed, self.folder, self.corpus = seed, folder, corpus
        self.found, self.counts, self.reasons = [], collections.Counter(), collections.Counter()
        self.told = []

    def run(self):
        with Case(self.seed, SERVERS, self.corpus) as self.case:
            try:
                self.case.make(self.folder / "project")
                self.counts["drifts"] += 1
                self.told += [f"{kind}: {sql}" for kind, sql in [("middle", self.case.middle), ("empty", self.case.empty), *self.case.disturbance]]
                self.judge()
            except Skipped as reason:
                self.counts["skipped"] += 1
                self.reasons[f"skipped: {reason}"] += 1
            except Exception:  # noqa: BLE001 - the test itself is wrong
                self.found.append(("the test failed", traceback.format_exc()))
        return self

    def judge(self):
        kinds = "+".join(sorted({kind.split()[0] for kind, _ in self.case.disturbance}))
        dump = self.case.base.dump(data=False, versions=self.case.project.versions)
        self.report, problem = report_of(self.case.project.arguments, dump, self.case.project.folder)
        if problem:
            return self.found.append((problem[:80], problem))
        plan = next((plan for plan in self.report["plans"] if plan["recommended"]), None)
        if plan:
            self.reasons[f"recommended: {plan['id']}"] += 1
            self.recommended(plan)
        elif not self.report["plans"] and self.report["located"]["exact"]:
            self.reasons["recommended: nothing to do"] += 1
            self.recommended({**NOTHING, "to": self.report["located"]["revisions"]})
        else:
            self.counts["barred"] += 1
            self.reasons[f"barred after {kinds}"] += 1
            return self.barred()
        self.counts["recommended"] += 1
        return None

    def recommended(self, plan):
        attempt = Attempt(self.case, plan, self.report, self.folder / "recommended")
        try:
            attempt.goes_home()
            if plan["fix_sql"] and not attempt.found:
                attempt.by_a_driver()
            elif plan["stamp_sql"] and not plan["fix_sql"]:
                attempt.by_stamp_sql()
            attempt.stops()
        except GivenUp as demand:
            self.counts["given up"] += 1
            self.reasons[f"given up: {shape(str(demand))}"] += 1
        self.found += attempt.found
        self.reasons.update(f"note: {note}" for note in attempt.notes)

    def barred(self):
        """Whether what is barred would have been right; counted is what stands against the plan that is nearest to it."""
        attempts = []
        for number, plan in enumerate(sorted(self.report["plans"], key=lambda plan: len(plan["barred"]))[:3]):
            attempts.append(self.attempt(number, plan))
            if not attempts[-1].found:
                break
        if not attempts:
            self.told.append(f"no plan: {self.report['verdict']}")
            self.reasons[f"no plan at all: {self.report['verdict']['situation']}"] += 1
            return
        nearest = min(attempts, key=lambda attempt: (len(attempt.found) > 0, len(attempt.plan["barred"])))
        right = "rightly" if nearest.found else "needlessly"
        self.counts[f"barred {right}"] += 1
        for reason in nearest.plan["barred"]:
            self.reasons[f"barred {right}: {kind_of(reason)}"] += 1

    def attempt(self, number, plan):
        attempt = Attempt(self.case, plan, self.report, self.folder / f"barred_{number}")
        try:
            attempt.goes_home()
        except GivenUp as demand:
            attempt.fail("given up", str(demand))
        self.told.append(f"{plan['id']} {plan['to']} barred: {plan['barred']}\n    {attempt.found or 'it goes home'}")
        return attempt


def kind_of(reason):
    """What stands against a plan, without names."""
    names = r"""("[^"]*"|\w+)(\.("[^"]*"|\w+))+|relation \S+|column \S+|\b[0-9a-f]{12}\b|the rows of \S+"""
    return shape(re.sub(r"…(, …)+( and \d+ more)?", "…", re.sub(names, "…", reason)))


# The plan where Restamp sees nothing to repair.
NOTHING = {
    "id": "nothing", "why": "", "recommended": True, "fix_sql": "", "check_sql": "", "verify_sql": "", "undo_sql": "", "stamp_sql": "", "patches": [], "steps": [], "then": {"conditions": []},
}  # fmt: skip


def work(job):
    seed, corpus = job
    folder = pathlib.Path(tempfile.mkdtemp(prefix="restamp-repair"))
    for before in (OUT / str(seed), OUT / "barred" / str(seed)):
        shutil.rmtree(before, ignore_errors=True)
    judge = Judge(seed, folder, corpus).run()
    if judge.found or judge.counts["barred"]:
        keep(judge)
    shutil.rmtree(folder, ignore_errors=True)
    return seed, judge.found, judge.counts, judge.reasons


def keep(judge):
    """Writes the files, the report and what differed to `target/disagreements/repairs/SEED`; drifts without a plan to `barred/SEED`."""
    kept = OUT / str(judge.seed) if judge.found else OUT / "barred" / str(judge.seed)
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(judge.folder, kept, ignore=shutil.ignore_patterns("__pycache__"))
    if hasattr(judge, "report"):
        (kept / "report.json").write_text(json.dumps(judge.report, indent=1))
    lines = [f"PostgreSQL {judge.case.server.version}", *judge.told, *(f"{kind}\n    {details}" for kind, details in judge.found)]
    (kept / "found.txt").write_text("\n".join(lines) + "\n")


def main():
    summary = run_corpus(work, OUT)
    summary.tell(most=80)
    counts = summary.counts
    right = counts["drifts"] - len({seed for places in summary.failures.values() for seed, _ in places})
    print(f"{counts['drifts']} drifts, recommended {counts['recommended']}, nothing wrong with {right}; {dict(counts)}")
    return 0 if right == counts["drifts"] else 1


if __name__ == "__main__":
    sys.exit(main())
