"""Authors

Revision ID: 5d3b70e9184a
Revises: 0f5a92c7e6d1
"""
import sqlalchemy as sa
from alembic import op

revision = "5d3b70e9184a"
down_revision = "0f5a92c7e6d1"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "author",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.add_column("article", sa.Column("author_id", sa.Integer(), nullable=True))
    op.create_foreign_key("fk_article_author", "article", "author", ["author_id"], ["id"])


def downgrade():
    op.drop_constraint("fk_article_author", "article")
    op.drop_column("article", "author_id")
    op.drop_table("author")
