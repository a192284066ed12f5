"""Shipping address

Revision ID: 7c19e5b3a082
Revises: 2a6f0c81d4b7
"""
import sqlalchemy as sa
from alembic import op

revision = "7c19e5b3a082"
down_revision = "2a6f0c81d4b7"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("orders", sa.Column("shipping_address", sa.Text(), nullable=True))


def downgrade():
    op.drop_column("orders", "shipping_address")
