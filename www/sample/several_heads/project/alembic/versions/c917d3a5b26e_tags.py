"""Tags, from the branch feature/tags

Revision ID: c917d3a5b26e
Revises: 5d3b70e9184a
"""
import sqlalchemy as sa
from alembic import op

revision = "c917d3a5b26e"
down_revision = "5d3b70e9184a"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "tag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name", name="uq_tag_name"),
    )
    op.add_column("article", sa.Column("published_at", sa.DateTime(timezone=True), nullable=True))


def downgrade():
    op.drop_column("article", "published_at")
    op.drop_table("tag")
