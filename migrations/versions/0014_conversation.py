"""Talk with citizens while and after their report is worked on; topics for desks in Telegram."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
NOW = sa.text("clock_timestamp()")
JSON = postgresql.JSONB(astext_type=sa.Text())
OPEN = (
    "status IN ('acknowledged', 'awaiting_place', 'en_route', 'on_scene', 'queued', 'registered')"
)
TABLES = ("staff_chat", "staff_code", "desk_chat", "desk_code", "desk_topic", "desk_draft")
ROLES = ("beatway_web", "beatway_bot")


def upgrade() -> None:
    """Add columns of reports, ratings, desks' groups, and grants."""
    op.add_column("report", sa.Column("told", JSON, nullable=True))
    op.add_column(
        "report",
        sa.Column("owner_untold", sa.Boolean(), server_default="false", nullable=False),
    )
    op.add_column("report", sa.Column("answered_at", TIME, nullable=True))
    op.add_column("report", sa.Column("reopened", sa.Integer(), server_default="0", nullable=False))
    op.add_column(
        "report_message",
        sa.Column("is_answer", sa.Boolean(), server_default="false", nullable=False),
    )
    op.create_index(
        "ix_report_owner_untold", "report", ["id"], postgresql_where=sa.text("owner_untold")
    )
    op.create_index(
        "ix_report_open_desk", "report", ["assigned_desk"], postgresql_where=sa.text(OPEN)
    )
    op.create_index(
        "ix_outbox_sent_message",
        "outbox",
        ["chat_id", "message_id"],
        postgresql_where=sa.text("message_id IS NOT NULL"),
    )
    op.create_index("ix_officer_task_report_id", "officer_task", ["report_id"])
    _add_rating()
    _add_staff_chats()
    _add_desk_chats()
    for role in ROLES:
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON rating TO {role}")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(TABLES)} TO {role}")
        op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")


def _add_rating() -> None:
    op.create_table(
        "rating",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", TIME, nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name=op.f("ck_rating_stars")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_rating_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating")),
        sa.UniqueConstraint("report_id", "closed_at", name=op.f("uq_rating_report_id_closed_at")),
    )


def _add_staff_chats() -> None:
    op.create_table(
        "staff_chat",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("linked_at", TIME, server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_chat_staff_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["chat_id"], ["reporter.id"], name=op.f("fk_staff_chat_chat_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_staff_chat")),
        sa.UniqueConstraint("chat_id", name=op.f("uq_staff_chat_chat_id")),
    )
    op.create_table(
        "staff_code",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_code_staff_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_staff_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_staff_code_code_hash")),
    )


def _add_desk_chats() -> None:
    op.create_table(
        "desk_chat",
        sa.Column("desk", sa.String(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("linked_at", TIME, server_default=NOW, nullable=False),
        sa.Column("linked_by", sa.String(), nullable=False),
        sa.Column("fault", sa.String(), nullable=True),
        sa.Column("retry_at", TIME, nullable=True),
        sa.CheckConstraint(
            "fault IN ('no_rights', 'no_topics', 'removed', 'failed')",
            name=op.f("ck_desk_chat_fault"),
        ),
        sa.ForeignKeyConstraint(["chat_id"], ["reporter.id"], name=op.f("fk_desk_chat_chat_id")),
        sa.PrimaryKeyConstraint("desk", name=op.f("pk_desk_chat")),
        sa.UniqueConstraint("chat_id", name=op.f("uq_desk_chat_chat_id")),
    )
    op.create_table(
        "desk_code",
        sa.Column("desk", sa.String(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("desk", name=op.f("pk_desk_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_desk_code_code_hash")),
    )
    op.create_table(
        "desk_topic",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("desk", sa.String(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("made_by_outbox_id", sa.BigInteger(), nullable=False),
        sa.Column("outbox_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("shown", JSON, nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("media_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("state", sa.String(), server_default="open", nullable=False),
        sa.CheckConstraint("state IN ('open', 'closed', 'gone')", name=op.f("ck_desk_topic_state")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_desk_topic_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_topic")),
    )
    op.create_index(
        "ix_desk_topic_current",
        "desk_topic",
        ["chat_id", "report_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'gone'"),
    )
    op.create_index(
        "ix_desk_topic_open", "desk_topic", ["id"], postgresql_where=sa.text("state = 'open'")
    )
    op.create_index("ix_desk_topic_report", "desk_topic", ["report_id"])
    op.create_index("ix_desk_topic_made", "desk_topic", ["made_by_outbox_id"], unique=True)
    op.create_table(
        "desk_draft",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("topic_id", sa.BigInteger(), nullable=False),
        sa.Column("by_chat_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["desk_topic.id"], name=op.f("fk_desk_draft_topic_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_draft")),
    )
    op.create_index(
        "ix_desk_draft_open",
        "desk_draft",
        ["topic_id", "by_chat_id"],
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def downgrade() -> None:
    """Remove them again; desks have to link their groups anew."""
    for table in (*reversed(TABLES), "rating"):
        op.drop_table(table)
    op.drop_index("ix_officer_task_report_id", "officer_task")
    op.drop_index("ix_outbox_sent_message", "outbox")
    op.drop_index("ix_report_open_desk", "report")
    op.drop_index("ix_report_owner_untold", "report")
    op.drop_column("report_message", "is_answer")
    for column in ("reopened", "answered_at", "owner_untold", "told"):
        op.drop_column("report", column)
