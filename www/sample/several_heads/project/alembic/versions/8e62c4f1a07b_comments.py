"""Comments, from the branch feature/comments

Revision ID: 8e62c4f1a07b
Revises: 5d3b70e9184a
"""
import sqlalchemy as sa
from alembic import op

revision = "8e62c4f1a07b"
down_revision = "5d3b70e9184a"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"]),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade():
    op.drop_table("comment")
