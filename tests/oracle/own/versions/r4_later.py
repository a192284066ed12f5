"""What later revisions change of what earlier ones made, by operations and by SQL."""

import sqlalchemy as sa
from alembic import op

revision = "r4"
down_revision = "r3"


def upgrade():
    op.alter_column("account", "note", type_=sa.String(200), existing_type=sa.Text())
    op.add_column("account", sa.Column("rank", sa.SmallInteger(), nullable=False, server_default="3"))
    op.create_unique_constraint("uq_account_rank_code", "account", ["rank", "code"])
    op.create_check_constraint("account_rank_check", "account", "rank BETWEEN 1 AND 9")
    op.execute("ALTER TYPE app.color ADD VALUE 'yellow' BEFORE 'blue'")
    op.execute("ALTER TABLE app.visit ADD CONSTRAINT visit_since CHECK (since > '2000-01-01') NOT VALID")
    op.execute("ALTER DOMAIN app.email ADD CONSTRAINT not_long CHECK (length(VALUE) < 200)")
    op.execute("ALTER DOMAIN app.email SET DEFAULT 'somebody@example.org'")
    op.execute("ALTER TYPE app.point ADD ATTRIBUTE z real")
    op.execute("ALTER TYPE app.point RENAME ATTRIBUTE label TO caption")
    op.execute("ALTER FUNCTION app.twice(integer) COST 7")
    op.execute("ALTER TRIGGER account_name ON account RENAME TO account_named")
    op.execute("ALTER POLICY few_visits ON app.visit USING (who < 90)")
    op.execute("ALTER INDEX ix_account_created SET (fillfactor = 75)")
    op.execute("ALTER SEQUENCE app.ticket MAXVALUE 100000 CYCLE")
    op.execute("ALTER VIEW app.small SET (security_barrier = false)")
    op.execute("ALTER TABLE account ALTER COLUMN note SET (n_distinct = 7)")
