"""What check.sql settles: predictions for databases with rows, before and after their answers, against the real upgrade.

    python tests/oracle/answered.py COUNT [SEED]                   random histories SEED, SEED + 1, …, at a random place
    python tests/oracle/answered.py COUNT [SEED] --corpus NAME…    recorded projects instead

Every table that takes a row has some. The dump is of the schema alone; check.sql is run by psql, and what it prints is handed in as it is.
A verdict that is definite must be the real upgrade's: outcome, revision, SQLSTATE and message. What disagrees is written to
`target/disagreements/answered`.
"""

import collections
import pathlib
import shutil
import sys
import tempfile
import traceback

from histories import ROOT, SERVERS, report_of, run_corpus, shape
from repair.case import Case, Skipped

OUT = ROOT / "target" / "disagreements" / "answered"
KEYS = ("outcome", "revision", "sqlstate", "message")


class Judge:
    """`found` lists what disagrees, as pairs of a kind and the details."""

    def __init__(self, seed, folder, corpus):
        self.seed, self.folder, self.corpus = seed, folder, corpus
        self.found, self.counts, self.reasons = [], collections.Counter(), collections.Counter()

    def run(self):
        with Case(self.seed, SERVERS, self.corpus) as self.case:
            try:
                self.project()
                self.judge()
            except Skipped as reason:
                self.counts["skipped"] += 1
                self.reasons[f"skipped: {shape(str(reason))}"] += 1
            except Exception:  # noqa: BLE001 - the test itself is wrong
                self.found.append(("the test failed", traceback.format_exc()))
        return self

    def project(self):
        """Without the disturbance that `make` of a drift ends with."""
        Case.undisturbed, kept = lambda _: (_ for _ in ()).throw(Skipped("ready")), Case.undisturbed
        try:
            self.case.make(self.folder / "project")
        except Skipped as reason:
            if str(reason) != "ready":
                raise
        finally:
            Case.undisturbed = kept

    def judge(self):
        project = self.case.project
        dump = self.case.base.dump(data=False, versions=project.versions)
        report, problem = report_of([*project.arguments, "--no-plans"], dump, project.folder)
        if problem:
            return self.found.append((problem[:80], problem))
        before = report["prediction"]
        self.counts[f"before: {before['outcome']}"] += 1
        if not report["check_sql"]:
            return None
        (self.folder / "check.sql").write_text(report["check_sql"])
        run = self.case.server.psql(self.case.base.name, file=self.folder / "check.sql", check=False)
        if run.returncode:
            self.found.append((f"check.sql fails: {shape(run.stderr)}", run.stderr))
        (self.folder / "answers.txt").write_text(run.stdout)
        report, problem = report_of([*project.arguments, "--no-plans", "--answers", self.folder / "answers.txt"], dump, project.folder)
        after = report["prediction"]
        bad = [one for one in report["diagnostics"] if one["code"].startswith("answers") and one["severity"] != "info"]
        if bad:
            self.found.append((bad[0]["code"], str(bad)))
        self.counts[f"after answers: {after['outcome']}"] += 1
        # What is open may stop it before it fails where it says.
        is_open = any(condition["answer"] is None for condition in after["conditions"])
        if after["outcome"] in ("depends_on_data", "unknown") or is_open:
            self.counts["left open"] += 1
            for condition in after["conditions"]:
                self.reasons[f"open: {'no query' if condition['query'] is None else 'query'} {condition['sqlstate']} {shape(condition['demand'])}"] += 1
            return None
        real = project.alembic(self.case.clone(self.case.base), "alembic upgrade heads")
        said, was = ({key: one.get(key) for key in KEYS} for one in (after, real))
        # A value that is refused is not known before.
        if "…" in (said["message"] or ""):
            known = len(said["message"].split("…")[0])
            said["message"], was["message"] = said["message"][:known], (was["message"] or "")[:known]
        if said["outcome"] == was["outcome"] == "succeeds" or said == was:
            self.counts[f"definite and right: {was['outcome']}"] += 1
        else:
            self.found.append((f"said {said['outcome']} {said['sqlstate']}, was {was['outcome']} {was['sqlstate']}", f"said {said}\n    was  {was}\n    conditions {before['conditions']}"))
        return None


def work(job):
    seed, corpus = job
    folder = pathlib.Path(tempfile.mkdtemp(prefix="restamp-answered"))
    shutil.rmtree(OUT / str(seed), ignore_errors=True)
    judge = Judge(seed, folder, corpus).run()
    if judge.found:
        shutil.copytree(folder, OUT / str(seed), ignore=shutil.ignore_patterns("__pycache__"))
        (OUT / str(seed) / "found.txt").write_text("\n".join(f"{kind}\n    {details}" for kind, details in judge.found) + "\n")
    shutil.rmtree(folder, ignore_errors=True)
    return seed, judge.found, judge.counts, judge.reasons


def main():
    summary = run_corpus(work, OUT)
    summary.tell(most=60)
    print(dict(summary.counts))
    return 1 if summary.failures else 0


if __name__ == "__main__":
    sys.exit(main())
