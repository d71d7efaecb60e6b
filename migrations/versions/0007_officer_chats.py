"""Tell officers in Telegram: whose chat is whose, one-time codes, and what each was told of."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
NOW = sa.text("clock_timestamp()")
TABLES = "officer_chat, officer_code, officer_task"


def upgrade() -> None:
    """Add the tables, who has refused a report, and grants."""
    op.create_table(
        "officer_chat",
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("linked_at", TIME, server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officer.id"], name=op.f("fk_officer_chat_officer_id")
        ),
        sa.ForeignKeyConstraint(
            ["chat_id"],
            ["reporter.id"],
            name=op.f("fk_officer_chat_chat_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("officer_id", name=op.f("pk_officer_chat")),
        sa.UniqueConstraint("chat_id", name=op.f("uq_officer_chat_chat_id")),
    )
    op.create_table(
        "officer_code",
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officer.id"], name=op.f("fk_officer_code_officer_id")
        ),
        sa.PrimaryKeyConstraint("officer_id", name=op.f("pk_officer_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_officer_code_code_hash")),
    )
    op.create_table(
        "officer_task",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("outbox_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("shown", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("media_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officer.id"], name=op.f("fk_officer_task_officer_id")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_officer_task_report_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officer_task")),
    )
    op.create_index(
        "ix_officer_task_current",
        "officer_task",
        ["report_id", "officer_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.add_column(
        "report",
        sa.Column(
            "refused_by", postgresql.ARRAY(sa.Integer()), server_default="{}", nullable=False
        ),
    )
    for role in ("beatway_web", "beatway_bot"):
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {TABLES} TO {role}")
        op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")


def downgrade() -> None:
    """Remove them again; officers have to link their chats anew."""
    op.drop_column("report", "refused_by")
    for table in TABLES.split(", "):
        op.drop_table(table)
