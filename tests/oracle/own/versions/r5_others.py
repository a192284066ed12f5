"""The kinds that few projects have: what Restamp keeps as text."""

from alembic import op

revision = "r5"
down_revision = "r4"


def upgrade():
    op.execute("CREATE COLLATION app.plain (provider = libc, locale = 'C')")
    op.execute("CREATE TEXT SEARCH DICTIONARY app.words (TEMPLATE = simple, StopWords = english)")
    op.execute('CREATE TEXT SEARCH CONFIGURATION app.search (PARSER = pg_catalog."default")')
    op.execute("ALTER TEXT SEARCH CONFIGURATION app.search ADD MAPPING FOR asciiword WITH app.words")
    op.execute("CREATE FUNCTION app.noticed() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'")
    op.execute("CREATE EVENT TRIGGER noticed ON ddl_command_end WHEN TAG IN ('DROP TABLE', 'ALTER TABLE') EXECUTE PROCEDURE app.noticed()")
    op.execute("CREATE PUBLICATION visits FOR TABLE app.visit, app.place WITH (publish = 'insert, update')")
    op.execute("CREATE FOREIGN DATA WRAPPER far OPTIONS (a 'b')")
    op.execute("CREATE SERVER there TYPE 'kind' VERSION '1' FOREIGN DATA WRAPPER far OPTIONS (host 'h', port '1')")
    op.execute("ALTER SERVER there OPTIONS (SET port '2')")
    op.execute("CREATE USER MAPPING FOR PUBLIC SERVER there OPTIONS (who 'me')")
    op.execute("CREATE FOREIGN TABLE app.remote (a integer, b text) SERVER there OPTIONS (t 'x')")
    op.execute("CREATE OPERATOR app.=== (PROCEDURE = int4eq, LEFTARG = int, RIGHTARG = int, RESTRICT = eqsel, HASHES)")
    op.execute("CREATE OPERATOR CLASS app.as_is FOR TYPE integer USING btree AS OPERATOR 1 <, OPERATOR 3 =, FUNCTION 1 btint4cmp(integer, integer)")
    op.execute("CREATE FUNCTION app.day(integer) RETURNS date LANGUAGE sql IMMUTABLE AS 'SELECT date ''2000-01-01'' + $1'")
    op.execute("CREATE CAST (int AS date) WITH FUNCTION app.day(int) AS ASSIGNMENT")
    op.execute("CREATE STATISTICS app.place_all ON room, color FROM app.place")
    op.execute("ALTER STATISTICS app.place_all SET STATISTICS 200")
    op.execute("CREATE RULE many AS ON INSERT TO app.visit_abroad WHERE new.who > 50 DO INSTEAD NOTHING")
    op.execute(
        "CREATE VIEW app.busy AS SELECT who, count(*) AS visits FROM app.visit "
        "WHERE since > '2020-01-01' AND who IN (1, 2, 3) AND lower('A') = 'a' GROUP BY who HAVING count(*) > 4 ORDER BY 2 DESC"
    )
    op.execute("COMMENT ON COLUMN app.point.x IS 'East'")
    op.execute("COMMENT ON CONSTRAINT has_at ON DOMAIN app.email IS 'One at least'")
