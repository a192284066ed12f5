"""Order status, and phones of customers

Revision ID: b3d84f6e1c95
Revises: 7c19e5b3a082
"""
import sqlalchemy as sa
from alembic import op

revision = "b3d84f6e1c95"
down_revision = "7c19e5b3a082"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("orders", sa.Column("status", sa.String(length=20), server_default="open", nullable=False))
    with op.get_context().autocommit_block():
        op.create_index("ix_orders_customer_id", "orders", ["customer_id"], postgresql_concurrently=True)
    op.add_column("customer", sa.Column("phone", sa.String(length=40), nullable=True))
    op.create_check_constraint("ck_orders_total", "orders", "total >= 0")


def downgrade():
    op.drop_constraint("ck_orders_total", "orders")
    op.drop_column("customer", "phone")
    op.drop_index("ix_orders_customer_id", table_name="orders")
    op.drop_column("orders", "status")
