"""Let the desk see that an update could not be processed, and have it tried again; not read it."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

RIGHTS = (
    "SELECT (update_id, received_at, state, attempts, last_error),"
    " UPDATE (state, attempts, next_try_at) ON inbox"
)


def upgrade() -> None:
    """Grant the columns that name nobody."""
    op.execute(f"GRANT {RIGHTS} TO beatway_web")


def downgrade() -> None:
    """Take the grants back."""
    op.execute(f"REVOKE {RIGHTS} FROM beatway_web")
