"""Keep what outside geocoders answered for a while."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and grants."""
    op.create_table(
        "geocode_answer",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("places", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_geocode_answer")),
    )
    op.create_index("ix_geocode_answer_expires_at", "geocode_answer", ["expires_at"])
    for role in ("beatway_web", "beatway_bot"):
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON geocode_answer TO {role}")


def downgrade() -> None:
    """Forget them; they are asked for again."""
    op.drop_table("geocode_answer")
