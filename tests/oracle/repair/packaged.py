"""Recorded projects of the corpus, whose revisions run for real in an environment of their own."""

import copy
import gzip
import json
import pathlib
import shlex
import shutil

from fetch import HERE, TARGET, fetch
from histories import report_of
from record import CORPUS, Recorder

from .projects import ASKS, replace


class Packaged:
    """A project of corpus.json that has a recording."""

    def __init__(self, project, server, folder):
        fetch(project)
        self.recorder, self.server, self.folder = Recorder(project, server, folder), server, folder
        self.target = self.recorder.target
        self.versions = self.recorder.version_table.removeprefix("public.")
        self.recorded = json.loads((CORPUS / project["name"] / "project.json").read_text())
        self.revisions = json.loads((HERE.parent / "fixtures" / "graphs" / f"{project['name']}.json").read_text())["order"]
        self.places = self.recorded["snapshots"]
        self.arguments = [TARGET / project["name"], "--environment", project["locations"][0], "--target", self.target]

    def reach(self, database, revision):
        """The schema of a snapshot, stamped."""
        dump = gzip.decompress((CORPUS / self.recorder.project["name"] / f"at_{revision}.sql.gz").read_bytes()).decode()
        self.recorder.restore(database.name, dump)
        self.recorder.stamp(database.name, [revision])
        return True

    def foreign(self, database):
        """The tables that are not all of the history's making: what is lost of them no revision can tell."""
        report, problem = report_of([*self.arguments, "--no-plans"], database.dump(data=False, versions=self.versions), self.folder)
        if problem:
            raise RuntimeError(problem)
        extra = [entry["object"] for entry in report["drift"] if entry["change"] == "extra"]
        return {one["table"] or one["name"] for one in extra} | {one["name"] for one in extra if one["kind"] == "index"}

    def asks_for_rows(self):
        """Real ones may."""
        return True

    def alembic(self, database, line):
        """As `Generated.alembic`; `alembic current` is what the table holds."""
        words = shlex.split(line)[1:]
        if words[0] == "current":
            return {"outcome": "succeeds"}
        target = self.target if words[-1] == "heads" else words[-1]
        more = {}
        if words[0] == "stamp":
            names = [word for word in words[1:] if word != "--purge"]
            target, more = names[0] if len(names) == 1 else names, {"stamp": True, "purge": "--purge" in words}
        try:
            return self.words(self.recorder.alembic(database.name, target, **more))
        except RuntimeError as error:
            # Alembic cannot even read the revisions.
            return {"outcome": "fails", "sqlstate": None, "message": str(error)[-1000:], "statement": None}

    def words(self, answer):
        outcome = answer["outcome"]
        if outcome["ok"]:
            return {"outcome": "succeeds"}
        return {"outcome": "fails", "sqlstate": outcome["sqlstate"], "message": outcome["message"] or outcome["python_error"], "statement": outcome["statement"]}

    def sent(self, database):
        """As `Generated.sent`."""
        answer = self.recorder.alembic(database.name, note=True)
        statements = [answer["sent"].get(revision, []) for revision in answer["order"]]
        return self.words(answer), [[text for text in group if not ASKS.match(text)] for group in statements]

    def patched(self, patches):
        """As `Generated.patched`; the revisions are copied out of their package."""
        other, recorder = copy.copy(self), copy.copy(self.recorder)
        recorder.locations = []
        for number, location in enumerate(self.recorder.locations):
            changed = self.folder / f"patched_{number}"
            shutil.rmtree(changed, ignore_errors=True)
            shutil.copytree(location, changed)
            recorder.locations.append(str(changed))
            for patch in patches:
                for file in changed.rglob(pathlib.Path(patch["file"]).name):
                    replace(file, patch)
        other.recorder = recorder
        return other
