"""A random history. Each operation is tried on a real database when it is written, so that the generator knows what is there, and most
histories succeed; what fails is thrown away, or kept on purpose as the history's last operation."""

import dataclasses
import random
import warnings

import sqlalchemy as sa
from alembic import op
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import SAWarning

from . import guarded, keys, raw, tables  # noqa: F401 - they register their operations
from .names import Names
from .operation import OPERATIONS, Statement, quoted
from .schema import Schema
from .types import PLAIN, RARE

HEADER = '''"""{title}"""
{imports}
revision = {id!r}
down_revision = {down!r}
branch_labels = {labels!r}
depends_on = {depends_on!r}

{module}
def upgrade() -> None:
{body}


def downgrade() -> None:
    pass
'''
IMPORTS = "from alembic import op\nimport sqlalchemy as sa\nfrom sqlalchemy.dialects import postgresql\n"
CONVENTIONS = [
    {"ix": "ix_%(column_0_label)s", "uq": "uq_%(table_name)s_%(column_0_name)s", "ck": "ck_%(table_name)s_%(constraint_name)s",
     "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s", "pk": "pk_%(table_name)s"},
    {"ix": "idx_%(table_name)s_%(column_0_N_name)s", "uq": "%(table_name)s_%(column_0_N_name)s_unique", "pk": "%(table_name)s_pk"},
    {"fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s_%(referred_column_0_name)s"},
]
ENV = '''from alembic import context
import sqlalchemy as sa

config = context.config
target_metadata = sa.MetaData({metadata})
engine = sa.create_engine(config.get_main_option("sqlalchemy.url"))
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=target_metadata{configure})
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
'''
INI = "[alembic]\nscript_location = %(here)s/migrations\nsqlalchemy.url = postgresql://localhost/none\n"


@dataclasses.dataclass
class Revision:
    id: str
    down: list
    depends_on: list
    labels: list
    statements: list

    def text(self):
        body = "\n".join(guarded.indented(statement.code) for statement in self.statements) or "    pass"
        modules = list(dict.fromkeys(statement.module for statement in self.statements if statement.module))
        down = None if not self.down else self.down[0] if len(self.down) == 1 else tuple(self.down)
        return HEADER.format(title=f"revision {self.id}", imports=IMPORTS, id=self.id, down=down, labels=tuple(self.labels) or None,
                             depends_on=tuple(self.depends_on) or None, module="\n".join(modules), body=body)


@dataclasses.dataclass
class History:
    seed: int
    revisions: list
    convention: dict = None
    per_migration: bool = False
    version_table: str = None

    def configure(self):
        options = {}
        if self.per_migration:
            options["transaction_per_migration"] = True
        if self.version_table:
            options["version_table"] = self.version_table
        return options

    def write(self, folder):
        versions = folder / "migrations" / "versions"
        versions.mkdir(parents=True)
        configure = "".join(f", {key}={value!r}" for key, value in self.configure().items())
        metadata = f"naming_convention={self.convention!r}" if self.convention else ""
        (folder / "migrations" / "env.py").write_text(ENV.format(metadata=metadata, configure=configure))
        (folder / "alembic.ini").write_text(INI)
        for number, revision in enumerate(self.revisions):
            (versions / f"{number:02}_{revision.id}.py").write_text(revision.text())

    def writes_rows(self):
        code = "\n".join(statement.code for revision in self.revisions for statement in revision.statements)
        return "INSERT INTO" in code or "bulk_insert" in code

    def size(self):
        return sum(len(revision.statements) for revision in self.revisions)


class Generator:
    """What an operation may ask for."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.names = Names(self.random)
        self.count = 0
        # Which branch an object belongs to, by its oid; what is older than all branches belongs to none.
        self.owners = {}
        self.branch = None
        self.failed = False
        self.schema = None

    def number(self):
        self.count += 1
        return self.count

    def pick(self, items):
        return self.random.choice(items) if items else None

    def owned(self, items):
        """Those that the branch at hand may change: in another branch that runs before or after, the others are."""
        return [item for item in items if self.owners.get(item.oid) == self.branch]

    def reachable(self, items):
        """Those that the branch at hand may use: its own, and what was there before it."""
        return [item for item in items if self.owners.get(item.oid) in (None, self.branch)]

    def tables(self):
        return self.owned(self.schema.tables)

    def pick_column(self, wanted=lambda column: True):
        found = [(table, column) for table in self.tables() for column in table.columns if wanted(column)]
        return self.random.choice(found) if found else (None, None)

    def pick_schema(self, chance):
        found = self.pick(self.reachable(self.schema.schemas)) if self.random.random() < chance else None
        return found and found.name

    def schema_word(self, table):
        """`schema=` of an operation on a table, as Python."""
        return None if table.schema == "public" and self.random.random() < 0.95 else repr(table.schema)

    def sql_name(self, table):
        if table.schema == "public" and self.random.random() < 0.8:
            return quoted(table.name)
        return f"{quoted(table.schema)}.{quoted(table.name)}"

    def type(self):
        """Python of a type, and defaults that it takes."""
        chance = self.random.random()
        if chance < 0.03:
            enums = self.reachable(self.schema.enums)
            if enums:
                enum = self.random.choice(enums)
                return raw.enum_python(self, enum), [repr(enum.labels[0])]
        kind, defaults = self.random.choice(RARE if chance > 0.78 else PLAIN)
        return kind.replace("{n}", str(self.number())), defaults


class Trial:
    """The database in which the operations are tried."""

    def __init__(self, engine, history):
        self.connection = engine.connect()
        metadata = sa.MetaData(naming_convention=history.convention) if history.convention else sa.MetaData()
        self.context = MigrationContext.configure(self.connection, opts={"target_metadata": metadata})
        self.connection.exec_driver_sql("SET statement_timeout = '10s'")
        self.connection.commit()

    def read(self):
        cursor = self.connection.connection.cursor()
        schema = Schema(cursor)
        cursor.close()
        return schema

    def execute(self, statement):
        """Runs it; true where it works."""
        names = {"op": op, "sa": sa, "postgresql": postgresql}
        if statement.autocommit:
            self.connection.commit()
        point = None if statement.autocommit else self.connection.begin_nested()
        try:
            with Operations.context(self.context):
                exec(compile(f"{statement.module}\n{statement.code}\n", "<statement>", "exec"), names)  # noqa: S102 - it is ours
            if point:
                point.commit()
            return True
        except Exception:  # noqa: BLE001 - whatever it is, the operation does not work here
            if point and point.is_active:
                point.rollback()
            if statement.autocommit:
                self.connection.rollback()
                self.connection = self.context.connection = self.context.impl.connection = self.connection.execution_options(isolation_level="READ COMMITTED")
            return False

    def close(self):
        self.connection.rollback()
        self.connection.close()


def plan(chance):
    """The shape of a history: revisions without their operations, each with the branch that it is of."""
    made = []

    def add(branch, down, depends_on=(), labels=()):
        ident = f"{chance.getrandbits(48):012x}"
        made.append((Revision(ident, list(down), list(depends_on), list(labels), []), branch))
        return ident

    tip = None
    for _ in range(chance.randint(1, 4)):
        tip = add(None, [tip] if tip else [])
    tips = [tip]
    for fork in range(chance.choice([0, 0, 0, 1, 1, 2])):
        branches = []
        for number in range(chance.choice([2, 2, 3])):
            start = tip if chance.random() < 0.93 else None
            last = start
            for step in range(chance.randint(1, 3)):
                labels = [f"branch{fork}{number}"] if step == 0 and chance.random() < 0.3 else []
                needed = [chance.choice(branches)] if branches and chance.random() < 0.1 else []
                if last is None and tip not in needed:
                    # A branch with a base of its own changes what the others have made.
                    needed.append(tip)
                last = add(f"{fork}.{number}", [last] if last else [], needed, labels)
            branches.append(last)
        tips = branches
        if fork == 0 and chance.random() < 0.3:
            break
        tip = add(None, branches)
        tips = [tip]
        for _ in range(chance.randint(0, 2)):
            tip = add(None, [tip])
            tips = [tip]
    return made


def generate(seed, engine):
    """A history, tried on the empty database of `engine`."""
    chance = random.Random(f"plan {seed}")
    convention = chance.choice(CONVENTIONS) if chance.random() < 0.3 else None
    history = History(seed, [], convention, chance.random() < 0.15, "schema_versions" if chance.random() < 0.04 else None)
    g = Generator(seed)
    # Some histories end with something that does not work.
    doomed = chance.random() < 0.2
    shape = plan(chance)
    fatal = chance.randrange(len(shape)) if doomed else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)
        trial = Trial(engine, history)
        try:
            for at, (revision, branch) in enumerate(shape):
                history.revisions.append(revision)
                enter(g, trial, branch, {b for _, b in shape})
                fill(g, trial, revision, first=at == 0, fatal=at == fatal)
                trial.connection.commit()
        finally:
            trial.close()
    return history


def enter(g, trial, branch, branches):
    """Begins a revision of a branch: when a fork begins, the tables that belong together go to one of its branches."""
    previous, g.branch = g.branch, branch
    g.schema = trial.read()
    if branch is None:
        g.owners.clear()
        return
    if previous is None or previous.split(".")[0] != branch.split(".")[0]:
        mates = sorted(b for b in branches if b and b.split(".")[0] == branch.split(".")[0])
        # Tables go together with those that they refer to.
        group = {table.oid: table.oid for table in g.schema.tables}

        def root(oid):
            while group[oid] != oid:
                oid = group[oid]
            return oid

        for table in g.schema.tables:
            for constraint in table.constraints:
                if constraint.type == "f" and constraint.refers in group:
                    group[root(table.oid)] = root(constraint.refers)
        place = {}
        for table in g.schema.tables:
            place.setdefault(root(table.oid), g.random.choice(mates))
            g.owners[table.oid] = place[root(table.oid)]


def fill(g, trial, revision, first, fatal):
    """Writes a revision's operations."""
    wanted = g.random.choice([0, 1, 1, 2, 2, 3, 4, 5]) if not first else g.random.randint(2, 5)
    weights = [weight for weight, _ in OPERATIONS]
    attempts = 0
    while len(revision.statements) < wanted or fatal:
        attempts += 1
        if attempts > 40:
            return
        before = {item.oid for item in g.schema.everything()}
        make = tables.create_table if not g.tables() and g.random.random() < 0.7 else g.random.choices([function for _, function in OPERATIONS], weights)[0]
        made = make(g)
        if not made:
            continue
        statement = made if isinstance(made, Statement) else Statement(made)
        if g.failed:
            # What comes after a failure is never run.
            revision.statements.append(statement)
            continue
        if trial.execute(statement):
            revision.statements.append(statement)
            g.schema = trial.read()
            for item in g.schema.everything():
                if item.oid not in before:
                    g.owners[item.oid] = g.branch
        elif fatal and len(revision.statements) >= wanted - 1:
            revision.statements.append(statement)
            g.failed = True
            fatal = False
        elif statement.autocommit:
            # It may have left something.
            g.schema = trial.read()
