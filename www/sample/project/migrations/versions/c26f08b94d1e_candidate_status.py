"""Status of candidates

Revision ID: c26f08b94d1e
Revises: 91d3c7a5e0f4
"""
import sqlalchemy as sa
from alembic import op

revision = "c26f08b94d1e"
down_revision = "91d3c7a5e0f4"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("candidate", sa.Column("status", sa.String(length=20), server_default="new", nullable=False))
    op.execute("UPDATE candidate SET status = 'interview' WHERE id IN (SELECT candidate_id FROM interview)")


def downgrade():
    op.drop_column("candidate", "status")
