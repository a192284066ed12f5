"""Runs the real Alembic on a folder of revisions, with an `env.py` of our own."""

import contextlib
import io

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

ENV = '''
from alembic import context
import sqlalchemy as sa

config = context.config
engine = sa.create_engine(config.get_main_option("sqlalchemy.url").replace("%%", "%"))
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=sa.MetaData(), **config.attributes.get("configure", {}))
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
'''


class Project:
    def __init__(self, folder, versions, url, **configure):
        self.folder = folder / "environment"
        self.folder.mkdir(exist_ok=True)
        (self.folder / "env.py").write_text(ENV)
        self.config = Config()
        self.config.set_main_option("script_location", str(self.folder))
        self.config.set_main_option("version_locations", str(versions))
        self.config.set_main_option("path_separator", "newline")
        self.config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
        self.config.attributes["configure"] = configure

    def _run(self, function, *arguments, **options):
        with contextlib.redirect_stdout(io.StringIO()):
            function(self.config, *arguments, **options)

    def upgrade(self, target):
        self._run(command.upgrade, target)

    def stamp(self, target, **options):
        self._run(command.stamp, target, **options)


def failure(error):
    """SQLSTATE and message of a failed upgrade, as Restamp words them."""
    if isinstance(error, sa.exc.DBAPIError):
        diag = error.orig.diag
        return {"sqlstate": diag.sqlstate, "message": diag.message_primary}
    return {"sqlstate": None, "message": str(error)}
