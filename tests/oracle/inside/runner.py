"""Runs the real Alembic inside a project's own virtual environment: `runner.py JOB.json` writes what happened into the job's `result`.

The environment is a generic one; what the project's own `env.py` passes is in the job's `configure`, what it does before is in
`setup` (Python; it sees `engine` and may set `metadata`). With `stamp` the rows are stamped instead (`purge`: whatever they are); with `note` the
statements of each revision are written down, too.
"""

import json
import pathlib
import subprocess
import sys
import traceback

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from normal import digest
from objects import changed, objects


class Upgrade:
    """One `alembic upgrade`, which knows the revision that it is at."""

    def __init__(self, job):
        self.job = job
        self.revision = None
        self.schemas = {}
        self.changes = {}
        self.order = []
        self.sent = {}
        config = Config(job.get("ini"))
        # The folder is needed for the options alone: `run_env` is never called.
        config.set_main_option("script_location", str(pathlib.Path(job["result"]).parent))
        config.set_main_option("version_locations", "\n".join(job["locations"]))
        config.set_main_option("path_separator", "newline")
        # Releases before 1.14 know no `newline`, and split a single path by nothing that is in it.
        if len(job["locations"]) > 1:
            config.set_main_option("version_path_separator", "newline")
        config.set_main_option("recursive_version_locations", "true" if job["recursive"] else "false")
        config.set_main_option("sqlalchemy.url", job["url"].replace("%", "%%"))
        self.config = config
        self.script = ScriptDirectory.from_config(config)

    def steps(self, current, context):
        """What `upgrade` plans; with `dump`, the schema is dumped whenever a revision is committed."""
        if self.job.get("stamp"):
            yield from self.script._stamp_revs(self.job["target"], current)
            return
        before = objects(self.dump()) if self.job.get("dump") else {}
        for step in self.script._upgrade_revs(self.job["target"], current):
            self.revision = step.revision.revision
            yield step
            self.order.append(self.revision)
            if self.job.get("dump"):
                dump = self.dump()
                after = objects(dump)
                self.schemas[self.revision] = digest(dump)
                self.changes[self.revision] = [key for key in changed(before, after) if not self.is_version_table(key)]
                before = after
        self.revision = None

    def dump(self):
        return subprocess.run(self.job["dump"], check=True, capture_output=True, text=True).stdout

    def is_version_table(self, key):
        return key.split(" ")[2] == self.job["configure"].get("version_table", "alembic_version")

    def run(self):
        engine = sa.create_engine(self.job["url"])
        names = {"engine": engine, "metadata": sa.MetaData(), "sa": sa}
        exec(compile(self.job["setup"], "<set-up>", "exec"), names)
        if self.job.get("note"):
            sa.event.listen(engine, "before_cursor_execute", self.note)
        configure = dict(self.job["configure"])
        if self.job.get("dump"):
            configure["transaction_per_migration"] = True
        with EnvironmentContext(self.config, self.script, fn=self.steps, purge=self.job.get("purge", False)) as environment, engine.connect() as connection:
            connection = connection.execution_options(**self.job.get("execution_options", {}))
            environment.configure(connection=connection, target_metadata=names["metadata"], **configure)
            with environment.begin_transaction():
                environment.run_migrations()
        engine.dispose()

    def note(self, connection, cursor, statement, parameters, context, many):
        if self.revision and not self.is_row(statement):
            for values in parameters if many else [parameters]:
                self.sent.setdefault(self.revision, []).append(cursor.mogrify(statement, values).decode())

    def is_row(self, statement):
        return f" {self.job['configure'].get('version_table', 'alembic_version')} " in statement

    def outcome(self):
        """What happened, in the words of the recordings."""
        try:
            self.run()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer
            traceback.print_exc()
            return self.failure(error)
        return {"ok": True, "sqlstate": None, "message": None, "statement": "", "at": None, "python_error": None}

    def failure(self, error):
        original = getattr(error, "orig", error)
        diag = getattr(original, "diag", None)
        sqlstate = diag.sqlstate if diag else None
        frames = traceback.extract_tb(error.__traceback__)
        ours = [frame for frame in frames if any(frame.filename.startswith(location) for location in self.job["locations"])]
        frame = (ours or frames)[-1]
        file = pathlib.PurePath(frame.filename).name
        return {
            "ok": False,
            "sqlstate": sqlstate,
            "message": diag.message_primary if sqlstate else None,
            "statement": (getattr(error, "statement", None) or "")[:500],
            "at": f"{file}:{frame.lineno}",
            "python_error": None if sqlstate else f"{type(error).__name__}: {error}"[:500],
            "line": frame.lineno,
            "file": file,
            "revision": self.revision,
        }


def versions():
    import alembic

    return {"alembic": alembic.__version__, "sqlalchemy": sa.__version__}


if __name__ == "__main__":
    job = json.loads(pathlib.Path(sys.argv[1]).read_text())
    upgrade = Upgrade(job)
    # The set-up runs first: revisions are read after it.
    answer = {"outcome": upgrade.outcome(), "schemas": upgrade.schemas, "changes": upgrade.changes, "order": upgrade.order, "sent": upgrade.sent, **versions()}
    revisions = {script.revision: list(script._all_down_revisions) for script in upgrade.script.walk_revisions()}
    answer["heads"] = sorted(upgrade.script.get_heads())
    answer["down"] = revisions
    pathlib.Path(job["result"]).write_text(json.dumps(answer))
