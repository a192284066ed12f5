"""Interviews and salary range

Revision ID: 91d3c7a5e0f4
Revises: 4b8e1f60a2c9
"""
import sqlalchemy as sa
from alembic import op

revision = "91d3c7a5e0f4"
down_revision = "4b8e1f60a2c9"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "interview",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidate.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.add_column("job", sa.Column("salary_from", sa.Numeric(precision=10, scale=2), nullable=True))
    op.add_column("job", sa.Column("salary_to", sa.Numeric(precision=10, scale=2), nullable=True))


def downgrade():
    op.drop_column("job", "salary_to")
    op.drop_column("job", "salary_from")
    op.drop_table("interview")
