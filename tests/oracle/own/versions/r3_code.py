"""Functions, triggers, views."""

from alembic import op

revision = "r3"
down_revision = "r2"


def upgrade():
    op.execute(
        """
        CREATE OR REPLACE FUNCTION app.touch() RETURNS trigger AS $$
        BEGIN
          NEW.created_at = now();
          RETURN NEW;
        END;
        $$ LANGUAGE plpgsql
        """
    )
    op.execute("CREATE FUNCTION app.twice(value integer DEFAULT 1) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT value * 2'")
    op.execute(
        "CREATE FUNCTION app.numbers(most integer) RETURNS SETOF integer LANGUAGE sql STABLE SECURITY DEFINER COST 50 ROWS 20 "
        "SET search_path = app, public SET work_mem TO '4MB' AS $body$ SELECT generate_series(1, most) $body$"
    )
    op.execute("CREATE PROCEDURE app.tidy(a integer, INOUT b text) LANGUAGE plpgsql AS $$ BEGIN DELETE FROM app.scratch; END $$")
    op.execute("CREATE AGGREGATE app.product (integer) (SFUNC = int4mul, STYPE = integer, INITCOND = '1')")
    op.execute("CREATE TRIGGER account_touch BEFORE INSERT OR UPDATE ON account FOR EACH ROW EXECUTE FUNCTION app.touch()")
    op.execute(
        "CREATE TRIGGER account_name AFTER UPDATE OF name, email ON account FOR EACH ROW "
        "WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE PROCEDURE app.touch('a', 'b')"
    )
    op.execute("CREATE TRIGGER invoice_truncated AFTER TRUNCATE OR DELETE ON invoice EXECUTE FUNCTION app.touch()")
    op.execute(
        "CREATE CONSTRAINT TRIGGER invoice_checked AFTER INSERT ON invoice DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION app.touch()"
    )
    op.execute("CREATE TRIGGER place_quiet AFTER INSERT ON app.place REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION app.touch()")
    op.execute("ALTER TABLE app.place DISABLE TRIGGER place_quiet")
    op.execute("CREATE VIEW app.active AS SELECT id, name, email FROM account WHERE is_active")
    op.execute("CREATE VIEW app.owed AS SELECT a.name, sum(i.amount) AS amount FROM account a JOIN invoice i ON i.account_id = a.id GROUP BY a.name")
    op.execute("CREATE VIEW app.small WITH (security_barrier) AS SELECT who, since FROM app.visit WHERE who < 10 WITH LOCAL CHECK OPTION")
    op.execute("CREATE MATERIALIZED VIEW app.rooms AS SELECT room, count(*) AS places FROM app.place GROUP BY room WITH NO DATA")
    op.execute("CREATE UNIQUE INDEX rooms_room ON app.rooms (room)")
    op.execute("COMMENT ON FUNCTION app.twice(integer) IS 'Two of it'")
    op.execute("COMMENT ON VIEW app.active IS 'Who may log in'")
    op.execute("COMMENT ON TRIGGER account_touch ON account IS 'Keeps the time'")
    op.execute("COMMENT ON COLUMN app.active.name IS 'Shown'")
