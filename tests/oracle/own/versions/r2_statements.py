"""What Alembic has no operations for, as SQL: domains, composite types, partitions, policies, rules, statistics."""

from alembic import op

revision = "r2"
down_revision = "r1"


def upgrade():
    op.execute("CREATE SCHEMA app")
    op.execute("COMMENT ON SCHEMA app IS 'The application''s own'")
    op.execute("CREATE DOMAIN app.email AS text DEFAULT 'nobody@example.org' NOT NULL CONSTRAINT has_at CHECK (VALUE LIKE '%@%')")
    op.execute("CREATE TYPE app.point AS (x integer, y double precision, label text)")
    op.execute("CREATE TYPE app.span AS RANGE (subtype = integer)")
    op.execute("CREATE TYPE app.color AS ENUM ('red', 'green', 'blue')")
    op.execute("CREATE SEQUENCE app.ticket AS integer INCREMENT BY 2 START WITH 100 CACHE 5")
    op.execute(
        "CREATE TABLE app.place (id serial PRIMARY KEY, at app.point, span app.span, mail app.email, color app.color DEFAULT 'red', "
        "ticket integer DEFAULT nextval('app.ticket'), during tsrange, room integer, "
        "CONSTRAINT place_once EXCLUDE USING gist (during WITH &&) WHERE (room IS NOT NULL)) WITH (fillfactor = 90)"
    )
    op.execute("ALTER TABLE app.place ALTER COLUMN mail SET STATISTICS 250, ALTER COLUMN mail SET STORAGE EXTERNAL")
    op.execute("ALTER TABLE app.place REPLICA IDENTITY FULL")
    op.execute("CREATE TABLE app.event (id bigint NOT NULL, kind text NOT NULL, at timestamp NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at)")
    op.execute("CREATE TABLE app.event_2024 PARTITION OF app.event FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')")
    op.execute("CREATE TABLE app.event_2025 (id bigint NOT NULL, kind text NOT NULL, at timestamp NOT NULL, PRIMARY KEY (id, at))")
    op.execute("ALTER TABLE app.event ATTACH PARTITION app.event_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')")
    op.execute("CREATE INDEX event_kind ON app.event (kind)")
    op.execute("CREATE TABLE app.visit (who integer CHECK (who > 0) NO INHERIT, since date)")
    op.execute("CREATE TABLE app.visit_abroad (country text) INHERITS (app.visit)")
    op.execute("CREATE UNLOGGED TABLE app.scratch (a integer, b integer, c text)")
    op.execute("CREATE STATISTICS app.scratch_ab (dependencies) ON a, b FROM app.scratch")
    op.execute("CREATE RULE no_scratch AS ON DELETE TO app.scratch DO INSTEAD NOTHING")
    op.execute("ALTER TABLE app.place ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE app.visit ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY own_places ON app.place FOR SELECT TO PUBLIC USING (room > 3 AND mail <> 'x')")
    op.execute("CREATE POLICY new_places ON app.place FOR INSERT WITH CHECK (room IS NOT NULL)")
    op.execute("CREATE POLICY few_visits ON app.visit AS RESTRICTIVE USING (who < 100) WITH CHECK (who < 50)")
    op.execute("COMMENT ON POLICY own_places ON app.place IS 'Only the large ones'")
    op.execute("COMMENT ON TYPE app.color IS 'Of the door'")
    op.execute("COMMENT ON CONSTRAINT place_once ON app.place IS 'One at a time'")
    op.execute("COMMENT ON INDEX ix_account_lower IS 'For logins'")
