"""One drift: a project, a database with rows that was disturbed, and the one that was upgraded undisturbed."""

import functools
import random
import re

import psycopg2
from generate.history import generate
from histories import Database
from histories import shape as shape_of
from server import VERSIONS

from .disturb import Disturbance
from .packaged import Packaged
from .projects import Generated, Own
from .rows import Filler, application_inserts
from .shape import by_chance, shape, values

TABLE = re.compile(r'(?:ALTER TABLE(?: IF EXISTS)?(?: ONLY)?|INTO|UPDATE| ON) ((?:"[^"]+"|\w+)(?:\.(?:"[^"]+"|\w+))?)')


class Skipped(Exception):
    """A seed that gives no drift, with the reason."""


class Clone(Database):
    """A database of its own with what another one holds."""

    def __init__(self, server, template="template0"):
        server.admin.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", (template,))
        super().__init__(server, template)
        self.url = server.url(self.name)

    @property
    def plain(self):
        return self.server.url(self.name, "postgresql")

    def connect(self):
        connection = psycopg2.connect(self.plain)
        connection.autocommit = True
        return connection

    def look(self, versions):
        """The schema, the values and the version rows."""
        connection = self.connect()
        found = shape(connection, versions), values(connection, versions), self.rows(versions)
        connection.close()
        return found


class Case:
    """Everything that is known of a seed."""

    def __init__(self, seed, servers, corpus=()):
        self.seed, self.chance = seed, random.Random(f"drift {seed}")
        self.packaged = corpus and corpus[seed % len(corpus)]
        self.server = servers[self.packaged["record"].get("server", "16") if self.packaged else self.chance.choice(sorted(VERSIONS))]
        self.databases = []

    def make(self, folder):
        folder.mkdir()
        if self.packaged:
            self.project = Packaged(self.packaged, self.server, folder)
        elif self.chance.random() < 0.05:
            self.project = Generated(Own(), folder)
        else:
            with Database(self.server) as trial:
                self.project = Generated(generate(self.seed, trial.engine), folder)
        self.begin()
        self.undisturbed()
        found = next((found for found in (Disturbance(self, self.chance) for _ in range(4)) if found.done), None)
        if not found:
            raise Skipped("nothing to disturb")
        self.disturbance, self.filled = found.done, found.filled

    def clone(self, template=None):
        database = Clone(self.server, template.name if template else "template0")
        self.databases.append(database)
        return database.__enter__()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for database in self.databases:
            database.__exit__()

    @functools.cached_property
    def inserts(self):
        """What an application sends to the target's tables."""
        connection = self.clone(self.counter).connect()
        statements = application_inserts(connection, self.project.versions)
        connection.close()
        return statements

    def begin(self):
        """The database at a random place, with rows in every table that takes one."""
        self.base = self.clone()
        self.middle = self.chance.choice(self.project.places)
        # The places on the way, for a row that is moved back.
        self.earlier = self.project.revisions[: self.project.revisions.index(self.middle)][-8:] if self.middle else []
        if self.middle and not self.project.reach(self.base, self.middle):
            raise Skipped("the way to the middle fails")
        connection = self.base.connect()
        self.empty = Filler(connection, self.project.versions, self.chance).fill()
        connection.close()

    def undisturbed(self):
        """What the real upgrade makes of the rows; a table whose rows it cannot pass is emptied."""
        for _ in range(5):
            self.counter = self.clone(self.base)
            outcome, self.sent = self.project.sent(self.counter)
            if outcome["outcome"] == "succeeds":
                break
            self.clear(outcome)
        else:
            raise Skipped("no upgrade passes the rows")
        twin = self.clone(self.base)
        self.project.alembic(twin, "alembic upgrade heads")
        self.goal = self.counter.look(self.project.versions)
        theirs = twin.look(self.project.versions)
        self.ignored = by_chance(self.goal[1], theirs[1])
        self.uncertain = {key for key in self.goal[0].keys() | theirs[0].keys() if self.goal[0].get(key) != theirs[0].get(key)}

    def clear(self, outcome):
        """Empties the table at which an upgrade has failed."""
        found = TABLE.search(outcome["statement"] or "")
        if not found:
            raise Skipped(f"the undisturbed upgrade fails: {shape_of(outcome['message'] or '')}")
        connection = self.base.connect()
        try:
            connection.cursor().execute(f"TRUNCATE {found[1]} CASCADE")
        except psycopg2.Error as error:
            raise Skipped(f"the undisturbed upgrade fails: {shape_of(outcome['message'])}") from error
        finally:
            connection.close()
