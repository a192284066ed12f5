"""Offers

Revision ID: d70a5b3e8f12
Revises: c26f08b94d1e
"""
import sqlalchemy as sa
from alembic import op

revision = "d70a5b3e8f12"
down_revision = "c26f08b94d1e"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "offer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=10, scale=2), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidate.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("candidate_id"),
    )


def downgrade():
    op.drop_table("offer")
