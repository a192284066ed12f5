"""Articles

Revision ID: 0f5a92c7e6d1
Revises:
"""
import sqlalchemy as sa
from alembic import op

revision = "0f5a92c7e6d1"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "article",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade():
    op.drop_table("article")
