"""Tables with every kind of column, constraint and index, by Alembic's operations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "r1"
down_revision = None


def upgrade():
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False, comment="As on the card"),
        sa.Column("email", sa.String(), unique=True),
        sa.Column("note", sa.Text(), server_default="none"),
        sa.Column("balance", sa.Numeric(12, 2), server_default="0"),
        sa.Column("ratio", sa.Float()),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("born", sa.Date()),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now()),
        sa.Column("seen_at", sa.DateTime()),
        sa.Column("opens", sa.Time()),
        sa.Column("tags", postgresql.ARRAY(sa.Text())),
        sa.Column("data", postgresql.JSONB(), server_default="{}"),
        sa.Column("token", postgresql.UUID(), server_default=sa.text("gen_random_uuid()")),
        sa.Column("state", sa.Enum("new", "open", "closed", name="account_state"), server_default="new"),
        sa.Column("key", sa.LargeBinary()),
        sa.Column("wait", sa.Interval()),
        sa.Column("total", sa.Integer(), sa.Computed("1 + 2", persisted=True)),
        sa.Column("code", sa.String(8, collation="C")),
        sa.CheckConstraint("balance >= 0", name="account_balance_check"),
        sa.CheckConstraint("state IN ('new', 'open') OR note IS NOT NULL", name="account_state_check"),
        sa.UniqueConstraint("name", "born", name="uq_account_name_born"),
        comment="Who pays",
    )
    op.create_table(
        "invoice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True, start=10), primary_key=True),
        sa.Column("number", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("account_id", sa.Integer(), sa.ForeignKey("account.id", ondelete="CASCADE", name="fk_invoice_account")),
        sa.Column("payer_id", sa.Integer(), sa.ForeignKey("account.id", name="fk_invoice_payer", deferrable=True, initially="DEFERRED")),
        sa.Column("account_name", sa.String(80)),
        sa.Column("account_born", sa.Date()),
        sa.Column("amount", sa.Numeric()),
        sa.ForeignKeyConstraint(["account_name", "account_born"], ["account.name", "account.born"], name="fk_invoice_name", match="FULL"),
    )
    op.create_index("ix_account_created", "account", ["created_at", "name"])
    op.create_index("ix_account_lower", "account", [sa.text("lower(email)")], unique=True)
    op.create_index("ix_account_active", "account", ["name"], postgresql_where=sa.text("is_active"), postgresql_include=["email"])
    op.create_index("ix_account_recent", "account", [sa.text("created_at DESC NULLS LAST")], postgresql_with={"fillfactor": 80})
    op.create_index("ix_account_data", "account", ["data"], postgresql_using="gin")
    op.create_index("ix_account_pattern", "account", ["note"], postgresql_ops={"note": "text_pattern_ops"})
    op.create_table_comment("invoice", "What is owed")
