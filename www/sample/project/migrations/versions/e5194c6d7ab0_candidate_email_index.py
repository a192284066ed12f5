"""Index on the email of candidates

Revision ID: e5194c6d7ab0
Revises: d70a5b3e8f12
"""
import sqlalchemy as sa
from alembic import op

revision = "e5194c6d7ab0"
down_revision = "d70a5b3e8f12"
branch_labels = None
depends_on = None


def upgrade():
    op.create_index(op.f("ix_candidate_email"), "candidate", ["email"], unique=False)


def downgrade():
    op.drop_index(op.f("ix_candidate_email"), table_name="candidate")
