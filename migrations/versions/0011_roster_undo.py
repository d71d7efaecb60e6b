"""Keep together what one request changed in the roster, so that it can be taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Note in which transaction a change was made; of older ones nobody knows."""
    op.execute("ALTER TABLE roster_audit ADD COLUMN xact xid8")
    op.execute("ALTER TABLE roster_audit ALTER COLUMN xact SET DEFAULT pg_current_xact_id()")
    op.create_index("ix_roster_audit_actor", "roster_audit", ["actor", sa.text("id DESC")])
    op.create_index("ix_roster_audit_xact", "roster_audit", ["xact"])


def downgrade() -> None:
    """Forget it."""
    op.drop_index("ix_roster_audit_xact", "roster_audit")
    op.drop_index("ix_roster_audit_actor", "roster_audit")
    op.drop_column("roster_audit", "xact")
