"""Projects whose revisions run for real: `alembic` as a person types it, and what an upgrade sends to the server."""

import contextlib
import copy
import io
import pathlib
import re
import shlex
import shutil

import sqlalchemy as sa
from alembic.config import CommandLine, Config
from generate.history import ENV, INI
from histories import failure

OWN = pathlib.Path(__file__).resolve().parents[1] / "own"
# What asks and changes nothing, and what belongs to a transaction that is not there when the statement runs alone.
ASKS = re.compile(r"\s*(SELECT (?!.*setval)|SHOW|SAVEPOINT|RELEASE|ROLLBACK|SET )", re.I | re.S)


class Generated:
    """A random history, written into a folder with an environment."""

    def __init__(self, history, folder):
        self.folder, self.versions = folder, history.version_table or "alembic_version"
        self.revisions = [revision.id for revision in history.revisions]
        history.write(folder)
        self.arguments = [folder]
        self.places = [None, *self.revisions * 3]

    def reach(self, database, revision):
        """Brings an empty database to a place; false where that fails."""
        return self.alembic(database, f"alembic upgrade {revision}")["outcome"] == "succeeds"

    def alembic(self, database, line):
        """What came of a command line, in the words of Restamp's prediction, and what it printed."""
        config = Config(self.folder / "alembic.ini", stdout=io.StringIO())
        config.set_main_option("sqlalchemy.url", database.url.replace("%", "%%"))
        options = CommandLine().parser.parse_args(shlex.split(line)[1:])
        config.cmd_opts = options
        function, positional, keywords = options.cmd
        try:
            with contextlib.redirect_stdout(config.stdout):
                function(config, *[getattr(options, name) for name in positional], **{name: getattr(options, name) for name in keywords})
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it is, it is the answer
            return {**failure(error, self.folder), "statement": getattr(error, "statement", None)}
        return {"outcome": "succeeds", "printed": config.stdout.getvalue()}

    def foreign(self, _):
        return set()

    def asks_for_rows(self):
        """Whether a revision does one thing or another depending on how many rows there are."""
        return any("SELECT count(*)" in file.read_text() for file in (self.folder / "migrations" / "versions").glob("*.py"))

    def sent(self, database):
        """What `alembic upgrade heads` comes to, and the statements that it sends: a list for each revision."""
        groups, row = [[]], re.compile(rf"(INSERT INTO|UPDATE|DELETE FROM) (\w+\.)?{self.versions}\b")

        def note(connection, cursor, statement, parameters, *_):
            if row.match(statement):
                groups.append([])
            elif not ASKS.match(statement):
                groups[-1] += [cursor.mogrify(statement, values).decode() for values in (parameters if isinstance(parameters, list) else [parameters])]

        sa.event.listen(sa.engine.Engine, "before_cursor_execute", note)
        try:
            outcome = self.alembic(database, "alembic upgrade heads")
        finally:
            sa.event.remove(sa.engine.Engine, "before_cursor_execute", note)
        return outcome, [[text for text in group if f"CREATE TABLE {self.versions} " not in text] for group in groups[:-1]]

    def patched(self, patches):
        """Another project, in which files are changed as a plan says."""
        other = copy.copy(self)
        other.folder = self.folder.with_name(self.folder.name + "_patched")
        shutil.rmtree(other.folder, ignore_errors=True)
        shutil.copytree(self.folder, other.folder)
        for patch in patches:
            replace(other.folder / "migrations" / "versions" / pathlib.Path(patch["file"]).name, patch)
        return other


def replace(file, patch):
    """Changes a file as a plan says."""
    text = file.read_text()
    assert text.count(patch["before"]) == 1, f"{patch['before']!r} is not once in {file.name}"
    file.write_text(text.replace(patch["before"], patch["after"]))


class Own:
    """The history of the synthetic project, with the environment of the random ones."""

    version_table = None

    def __init__(self):
        self.files = sorted((OWN / "versions").glob("*.py"))
        self.revisions = [type("Revision", (), {"id": file.stem.split("_")[0]}) for file in self.files]

    def write(self, folder):
        (folder / "migrations" / "versions").mkdir(parents=True)
        for number, (file, revision) in enumerate(zip(self.files, self.revisions, strict=True)):
            shutil.copy(file, folder / "migrations" / "versions" / f"{number:02}_{revision.id}.py")
        (folder / "migrations" / "env.py").write_text(ENV.format(metadata="", configure=""))
        (folder / "alembic.ini").write_text(INI)
