"""Prints Restamp's snapshot of a database, through SQLAlchemy 1.4 or 2, in one transaction that may only read.

    python snapshot.py "$DATABASE_URL" > snapshot.json

Without an argument it takes DATABASE_URL. An application that makes its engine in another way says so in the line below.
"""

import os
import sys

import sqlalchemy as sa

SELECT = r"""
@SELECT@
"""

url = sys.argv[1] if len(sys.argv) > 1 else os.environ["DATABASE_URL"]
engine = sa.create_engine(url.replace("postgres://", "postgresql://", 1))  # or: from app import engine

with engine.connect().execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True) as connection:
    # The driver must not look for parameters in it.
    print(connection.execution_options(no_parameters=True).exec_driver_sql(SELECT).scalar())
