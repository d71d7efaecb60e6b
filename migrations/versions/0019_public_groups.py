"""Keep public groups and channels, their administrators and what these answered there."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
TABLES = ("public_group", "public_group_code", "public_group_admin", "group_reply", "passed_album")
ROLES = ("beatway_web", "beatway_bot")


def _to(
    table: str, column: str, other: str, ondelete: str | None = None
) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [other], name=name, ondelete=ondelete)


def upgrade() -> None:
    """Add tables and grants."""
    op.create_table(
        "public_group",
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("is_forum", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("counterpart_id", sa.BigInteger(), nullable=True),
        sa.Column("linked_at", TIME, server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("linked_by", sa.String(), nullable=False),
        sa.Column("reads_all", sa.Boolean(), nullable=True),
        sa.Column("is_administrator", sa.Boolean(), nullable=True),
        sa.Column("can_delete", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("fault", sa.String(), nullable=True),
        sa.Column("looked_at", TIME, nullable=True),
        sa.CheckConstraint(
            "kind IN ('group', 'supergroup', 'channel')", name=op.f("ck_public_group_kind")
        ),
        sa.CheckConstraint("fault IN ('removed', 'no_rights')", name=op.f("ck_public_group_fault")),
        _to("public_group", "chat_id", "reporter.id"),
        _to("public_group", "counterpart_id", "reporter.id"),
        sa.PrimaryKeyConstraint("chat_id", name=op.f("pk_public_group")),
    )
    op.create_table(
        "public_group_code",
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("made_by", name=op.f("pk_public_group_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_public_group_code_code_hash")),
    )
    op.create_table(
        "public_group_admin",
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        _to("public_group_admin", "chat_id", "public_group.chat_id", ondelete="CASCADE"),
        _to("public_group_admin", "person_id", "reporter.id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("chat_id", "person_id", name=op.f("pk_public_group_admin")),
    )
    op.create_table(
        "group_reply",
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        _to("group_reply", "chat_id", "reporter.id"),
        _to("group_reply", "report_id", "report.id"),
        sa.PrimaryKeyConstraint("chat_id", "message_id", name=op.f("pk_group_reply")),
    )
    op.create_index("ix_group_reply_report", "group_reply", ["report_id"])
    op.create_table(
        "passed_album",
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("album", sa.String(), nullable=False),
        sa.Column("passed_at", TIME, nullable=False),
        _to("passed_album", "chat_id", "reporter.id"),
        sa.PrimaryKeyConstraint("chat_id", "album", name=op.f("pk_passed_album")),
    )
    for role in ROLES:
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(TABLES)} TO {role}")


def downgrade() -> None:
    """Take them away again."""
    for table in reversed(TABLES):
        op.drop_table(table)
