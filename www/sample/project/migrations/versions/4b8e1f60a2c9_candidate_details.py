"""Candidate details

Revision ID: 4b8e1f60a2c9
Revises:
"""
import sqlalchemy as sa
from alembic import op

revision = "4b8e1f60a2c9"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("candidate", schema=None) as batch_op:
        batch_op.add_column(sa.Column("expected_wage", sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column("notice_period", sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column("linkedin_url", sa.String(length=255), nullable=True))


def downgrade():
    with op.batch_alter_table("candidate", schema=None) as batch_op:
        batch_op.drop_column("linkedin_url")
        batch_op.drop_column("notice_period")
        batch_op.drop_column("expected_wage")
