"""Records what PostgreSQL says of statements on rows of empty tables: tests/fixtures/statements.tsv.

    python tests/oracle/statements.py [STATEMENTS]

The statements are those of the recording itself, and the lines of another file, if one is named. Each is executed on its own on the
tables of `tests/fixtures/statements.sql`, on the oldest and the newest server that need no root, and rolled back. Columns of the
recording: the statement, what the older server said (`ok`, or SQLSTATE and message), and what the newer said where that differs.
"""

import pathlib
import sys

import psycopg2
from server import VERSIONS, Server

FIXTURES = pathlib.Path(__file__).resolve().parents[1] / "fixtures"
RECORDING = FIXTURES / "statements.tsv"


def outcomes(version, statements):
    with Server(version) as server:
        server.create("statements")
        server.psql("statements", file=FIXTURES / "statements.sql")
        connection = psycopg2.connect(server.url("statements", "postgresql"))
        for statement in statements:
            try:
                connection.cursor().execute(statement)
                yield "ok"
            except psycopg2.Error as error:
                yield f"{error.diag.sqlstate} {error.diag.message_primary}"
            connection.rollback()
        connection.close()


def main():
    lines = RECORDING.read_text().splitlines() if RECORDING.exists() else []
    for file in sys.argv[1:]:
        lines += pathlib.Path(file).read_text().splitlines()
    statements = list(dict.fromkeys(line.split("\t")[0] for line in lines if line))
    older, newer = (list(outcomes(version, statements)) for version in sorted(VERSIONS))
    with RECORDING.open("w") as out:
        for statement, one, other in zip(statements, older, newer):
            out.write("\t".join([statement, one] + [other] * (one != other)) + "\n")


if __name__ == "__main__":
    main()
