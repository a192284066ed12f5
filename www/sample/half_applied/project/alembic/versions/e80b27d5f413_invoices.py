"""Invoices

Revision ID: e80b27d5f413
Revises: b3d84f6e1c95
"""
import sqlalchemy as sa
from alembic import op

revision = "e80b27d5f413"
down_revision = "b3d84f6e1c95"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "invoice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade():
    op.drop_table("invoice")
