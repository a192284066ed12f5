#!/usr/bin/env python3
"""Runs the plan's SQL through the application's own SQLAlchemy, for hosts without psql.

    python apply.py                 rehearses: runs everything in a transaction and rolls it back; nothing is kept
    python apply.py --commit        runs it for good
    python apply.py --check         asks the database what a schema cannot show; reads only
    python apply.py --verify        says whether all is there; reads only
    python apply.py --undo          rehearses the way back; with --commit goes it

The database is that of --url URL, else of --engine package.module:name (an engine, or a function that gives one),
else of the environment variable DATABASE_URL. The statements are those of fix.sql, undo.sql, check.sql and verify.sql.
"""

import argparse
import asyncio
import importlib
import os
import re
import sys

import sqlalchemy

# Transactions, each a list of statements.
PLAN = {}

DRIVERS = ("psycopg2", "psycopg", "pg8000", "asyncpg")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", help="the database, as SQLAlchemy or libpq write it")
    parser.add_argument("--engine", metavar="MODULE:NAME", help="the application's engine")
    parser.add_argument("--commit", action="store_true", help="keep the changes")
    for name in ("check", "verify", "undo"):
        parser.add_argument(f"--{name}", dest="what", action="store_const", const=name, default="fix")
    return parser.parse_args()


def engine_of(options):
    """The engine, and whether it is an asynchronous one."""
    if options.engine:
        module, _, name = options.engine.partition(":")
        sys.path.insert(0, os.getcwd())
        found = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
        found = found if hasattr(found, "connect") else found()
        return found, hasattr(found, "sync_engine")
    url = options.url or os.environ.get("DATABASE_URL")
    if not url:
        sys.exit("Which database? Say --url or --engine, or set DATABASE_URL.")
    named = re.match(r"postgres(?:ql)?\+(\w+):", url)
    rest = re.sub(r"^postgres(?:ql)?(?:\+\w+)?:", "", url)
    wanted = [named[1]] if named else DRIVERS
    for driver in wanted:
        try:
            importlib.import_module(driver)
        except ImportError:
            continue
        url = f"postgresql+{driver}:{rest}"
        if driver == "asyncpg":
            from sqlalchemy.ext.asyncio import create_async_engine

            return create_async_engine(url), True
        return sqlalchemy.create_engine(url), False
    sys.exit(f"None of the drivers {', '.join(wanted)} is installed here. Run this where the application runs.")


def show(result):
    """Prints rows; false where one of them says no."""
    if not result.returns_rows:
        return True
    fine, names = True, list(result.keys())
    print(" | ".join(names))
    for row in result:
        print(" | ".join("" if value is None else str(value) for value in row))
        fine = fine and not (names[-1] == "ok" and row[-1] is False)
    print()
    return fine


def run(connection, statements, keep):
    """One transaction, also where the application's engine has none. The statements go to the driver as they are, with no parameters."""
    connection = connection.execution_options(no_parameters=True, isolation_level="READ COMMITTED")
    execute = getattr(connection, "exec_driver_sql", connection.execute)
    transaction = connection.begin()
    shelter, fine = None, True
    try:
        for statement in statements:
            try:
                fine = show(execute(statement)) and fine
            except sqlalchemy.exc.DBAPIError as error:
                if not shelter:
                    raise
                # A question that the database refuses leaves the others alone.
                print(f"ERROR: {error.orig}")
                execute(shelter)
            if statement.startswith("SAVEPOINT "):
                shelter = f"ROLLBACK TO {statement}"
    except BaseException:
        transaction.rollback()
        raise
    transaction.commit() if keep else transaction.rollback()
    return fine


def build(connection, statements, keep):
    """Indexes that keep nobody out, each statement for itself. What is there already fix.sql looks at."""
    connection = connection.execution_options(no_parameters=True, isolation_level="AUTOCOMMIT")
    execute = getattr(connection, "exec_driver_sql", connection.execute)
    for statement in statements:
        try:
            execute(statement)
        except sqlalchemy.exc.DBAPIError as error:
            if sqlstate(error) != "42P07":
                raise
            print(f"There already: {statement}")
    return True


async def run_async(engine, work, statements, keep):
    async with engine.connect() as connection:
        fine = await connection.run_sync(work, statements, keep)
    await engine.dispose()
    return fine


def sqlstate(error):
    return getattr(error.orig, "pgcode", None) or getattr(error.orig, "sqlstate", None) or "no SQLSTATE"


def works(options):
    """What is to be done, as functions with their statements, in order."""
    transactions = [(run, statements) for statements in PLAN[options.what]]
    if options.what != "fix" or not PLAN["indexes"]:
        return transactions
    if options.commit:
        return [(build, PLAN["indexes"]), *transactions]
    # A rehearsal keeps nothing, so the indexes are built within its transaction, which CONCURRENTLY cannot.
    plain = [re.sub(r"^CREATE INDEX CONCURRENTLY ", "CREATE INDEX ", statement) for statement in PLAN["indexes"]]
    return [(run, plain + transactions[0][1]), *transactions[1:]]


def main():
    options = arguments()
    if not PLAN[options.what]:
        sys.exit(f"This plan has nothing for --{options.what}.")
    engine, is_async = engine_of(options)
    reads = options.what in ("check", "verify")
    todo = works(options)
    for number, (work, statements) in enumerate(todo, 1):
        try:
            if is_async:
                fine = asyncio.run(run_async(engine, work, statements, options.commit))
            else:
                with engine.connect() as connection:
                    fine = work(connection, statements, options.commit)
        except sqlalchemy.exc.DBAPIError as error:
            sys.exit(f"Stopped, and nothing of this transaction is kept ({sqlstate(error)}): {error.orig}")
        if not fine:
            sys.exit("Not everything is as it should be: see the rows that say False.")
        if not options.commit and number < len(todo):
            print("Rehearsed the first transaction. The next one needs it to be kept, so it cannot be rehearsed.")
            return
    print("Read only; nothing was changed." if reads else "Done and kept." if options.commit else "It works. Rolled back; say --commit to keep it.")


if __name__ == "__main__":
    main()
