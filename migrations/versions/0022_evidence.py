"""Keep what figures are counted from: facts of reports, days of them, and months counted up."""

import sqlalchemy as sa
from alembic import op

from app.models.base import Xid8

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
SMALL, WHOLE, LARGE = sa.SmallInteger(), sa.Integer(), sa.BigInteger()
TABLES = (
    "evidence_code",
    "report_fact",
    "evidence_day",
    "evidence_month",
    "evidence_month_state",
    "evidence_progress",
)


def _columns(kind: sa.types.TypeEngine[int], *names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, kind, nullable=False) for name in names]


def upgrade() -> None:
    """Add the tables; the worker fills them from history, however long that is."""
    op.create_table(
        "evidence_code",
        sa.Column("id", SMALL, sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_code")),
        sa.UniqueConstraint("kind", "code", name=op.f("uq_evidence_code_kind_code")),
    )
    op.create_table(
        "report_fact",
        sa.Column("report_id", LARGE, autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *_columns(LARGE, "received"),
        *_columns(SMALL, "hour", "precinct", "category", "source"),
        *_columns(WHOLE, "officer"),
        *_columns(SMALL, "status", "placed", "marks", "stars"),
        *_columns(LARGE, "cell"),
        *_columns(WHOLE, "answer", "acknowledge", "on_scene", "close"),
        *_columns(WHOLE, "acknowledge_due", "on_scene_due"),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_report_fact")),
    )
    op.create_index("ix_report_fact_day", "report_fact", ["day"])
    op.create_table(
        "evidence_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_evidence_day")),
    )
    op.create_table(
        "evidence_month",
        sa.Column("month", sa.Date(), nullable=False),
        *_columns(SMALL, "precinct", "category", "source"),
        sa.Column("counters", sa.LargeBinary(), nullable=False),
        sa.Column("cells", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint(
            "month", "precinct", "category", "source", name=op.f("pk_evidence_month")
        ),
    )
    op.create_table(
        "evidence_month_state",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.Column("right_until", TIME, nullable=True),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_evidence_month_state")),
    )
    op.create_table(
        "evidence_progress",
        sa.Column("singleton", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("xact", Xid8(), nullable=False),
        sa.Column("event", LARGE, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.CheckConstraint("singleton", name=op.f("ck_evidence_progress_one_row")),
        sa.PrimaryKeyConstraint("singleton", name=op.f("pk_evidence_progress")),
    )
    op.execute(
        "INSERT INTO evidence_progress (xact, event, at) VALUES ('0', 0, '1970-01-01T00:00:00Z')"
    )
    # Packed facts compress hardly, and are read whole.
    op.execute("ALTER TABLE evidence_day ALTER COLUMN facts SET STORAGE EXTERNAL")
    op.execute(f"GRANT SELECT ON {', '.join(TABLES)} TO beatway_web, beatway_bot")
    op.execute(f"GRANT INSERT, UPDATE, DELETE ON {', '.join(TABLES)} TO beatway_bot")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO beatway_bot")


def downgrade() -> None:
    """Take them away; they can be made again from history."""
    for table in reversed(TABLES):
        op.drop_table(table)
