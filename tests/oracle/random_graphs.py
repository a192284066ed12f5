"""Random histories and what real Alembic answers on them; writes tests/fixtures/graphs/random.json.

    python tests/oracle/random_graphs.py > tests/fixtures/graphs/random.json

Alembic iterates sets of strings, so some answers differ from process to process. Every question is asked under several
hash seeds, and all distinct answers are kept.
"""

import json
import os
import random
import subprocess
import sys
import warnings
from types import SimpleNamespace

COUNT = 200
SEEDS = range(8)


def history(rng):
    """A list of revisions with merges, branches, labels and dependencies."""
    revisions = []
    size = rng.randint(1, 18)
    for number in range(size):
        ident = "%s%03d" % (rng.choice(["abcd", "abce", "ff00", "x"]), number)
        ids = [r["id"] for r in revisions]
        down, depends, labels = [], [], []
        kind = rng.random()
        if ids and kind < 0.75:
            down = [ids[-1]] if rng.random() < 0.6 else [rng.choice(ids)]
        elif len(ids) > 1 and kind < 0.9:
            down = rng.sample(ids, rng.randint(2, min(3, len(ids))))
        if len(ids) > 1 and rng.random() < 0.2:
            names = ids + [label for r in revisions for label in r["labels"]]
            depends = [n for n in rng.sample(names, rng.randint(1, 2)) if n not in down]
        if rng.random() < 0.12:
            labels = ["label%d" % number]
        revisions.append({"id": ident, "down": down, "depends_on": depends, "labels": labels})
    rng.shuffle(revisions)
    return revisions


def questions(rng, revisions):
    """Names to resolve, upgrades and stamps to try."""
    ids = [r["id"] for r in revisions]
    labels = [label for r in revisions for label in r["labels"]]
    names = ["head", "heads", "base", "abc", "abcd", "nothing", rng.choice(ids)[:-1], rng.choice(ids) + "-1",
             rng.choice(ids) + "+1", rng.choice(ids) + "+2", "+1", "+2", "head-1", rng.choice(ids)]
    for label in labels:
        names += [label, label + "@head", label + "@heads", label + "@base", label[:-1], label + "@+1", label + "@" + rng.choice(ids)]
    rows = [[]]
    for _ in range(3):
        rows.append(rng.sample(ids, min(len(ids), rng.randint(1, 2))))
    return names, rows


def answer(call):
    try:
        return call()
    except Exception as error:  # the kind of failure is not compared, that it fails is
        return {"error": "%s: %s" % (type(error).__name__, error)}


def ask(revisions, names, rows):
    from alembic.runtime.migration import HeadMaintainer, RevisionStep
    from alembic.script.base import ScriptDirectory
    from alembic.script.revision import Revision, RevisionMap

    def load():
        for r in revisions:
            revision = Revision(
                r["id"], tuple(r["down"]) or None, dependencies=tuple(r["depends_on"]) or None,
                branch_labels=tuple(r["labels"]) or None,
            )
            revision.module = SimpleNamespace(upgrade=lambda: None)
            yield revision

    graph = RevisionMap(load)
    script = ScriptDirectory.__new__(ScriptDirectory)
    script.revision_map = graph
    broken = answer(lambda: list(graph._revision_map) and None)
    if broken:
        return {"broken": broken}

    def maintainer(current):
        context = SimpleNamespace(
            impl=SimpleNamespace(_exec=lambda statement: None), as_sql=True, dialect=None,
            _version=__import__("sqlalchemy").table("v", __import__("sqlalchemy").column("version_num")),
        )
        return HeadMaintainer(context, tuple(current))

    def upgrade(target, current):
        keeper = maintainer(current)
        steps = []
        for step in script._upgrade_revs(target, tuple(current)):
            keeper.update_to_step(step)
            steps.append([step.revision.revision, sorted(keeper.heads)])
        return steps

    def stamp(target, current):
        keeper = maintainer(current)
        for step in script._stamp_revs(target, tuple(current)):
            keeper.update_to_step(step)
        return sorted(keeper.heads)

    def resolved(name):
        return [None if r is None or r == "base" else r.revision for r in graph.get_revisions(name)]

    return {
        "heads": list(graph.heads),
        "real_heads": list(graph._real_heads),
        "bases": list(graph.bases),
        "labels": {r["id"]: sorted(graph.get_revision(r["id"]).branch_labels) for r in revisions},
        "resolve": [[name, answer(lambda: sorted(resolved(name), key=str))] for name in names],
        "upgrade": [[current, name, answer(lambda: upgrade(name, current))] for current in rows for name in names],
        "stamp": [[current, name, answer(lambda: stamp(name, current))] for current in rows for name in names],
    }


def all_answers():
    result = []
    for number in range(COUNT):
        rng = random.Random(number)
        revisions = history(rng)
        names, rows = questions(rng, revisions)
        result.append({"revisions": revisions, "answers": ask(revisions, names, rows)})
    return result


def merge(answers):
    """The distinct answers of all runs: a list at each leaf question."""
    def distinct(values):
        kept = []
        for value in values:
            if isinstance(value, dict) and "error" in value:
                value = "error"
            if value not in kept:
                kept.append(value)
        return kept

    first = answers[0]
    if "broken" in first:
        return {"broken": True}
    merged = {key: first[key] for key in ("heads", "real_heads", "bases")}
    merged["labels"] = {key: distinct([a["labels"][key] for a in answers]) for key in first["labels"]}
    for kind in ("resolve", "upgrade", "stamp"):
        merged[kind] = [[*question[:-1], distinct([a[kind][at][-1] for a in answers])] for at, question in enumerate(first[kind])]
    return merged


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    if "ASK" in os.environ:
        json.dump(all_answers(), sys.stdout)
    else:
        runs = []
        for seed in SEEDS:
            environment = dict(os.environ, ASK="1", PYTHONHASHSEED=str(seed))
            runs.append(json.loads(subprocess.run([sys.executable, __file__], env=environment, check=True, stdout=subprocess.PIPE).stdout))
        cases = []
        for at, case in enumerate(runs[0]):
            cases.append({"revisions": case["revisions"], "answers": merge([run[at]["answers"] for run in runs])})
        print("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]")
