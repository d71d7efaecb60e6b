"""Keep dispatch rules in versions that never change, and what they made of a report."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
JSONB = postgresql.JSONB(astext_type=sa.Text())
ADDED_ONLY = ("dispatch_version", "dispatch_activation")
ROLES = ("beatway_web", "beatway_bot")


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False)


def _at(name: str) -> sa.Column[object]:
    return sa.Column(name, TIME, server_default=sa.text("now()"), nullable=False)


def _to_version(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], ["dispatch_version.id"], name=op.f(f"fk_{table}_{column}")
    )


def upgrade() -> None:
    """Add tables, a column of a report, triggers and grants."""
    op.create_table(
        "dispatch_version",
        _id(),
        sa.Column("based_on", sa.Integer(), nullable=True),
        sa.Column("made_by", sa.String(), nullable=False),
        _at("made_at"),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("rules", JSONB, nullable=False),
        _to_version("dispatch_version", "based_on"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch_version")),
    )
    op.create_table(
        "dispatch_in_force",
        sa.Column("singleton", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("singleton", name=op.f("ck_dispatch_in_force_one_row")),
        _to_version("dispatch_in_force", "version_id"),
        sa.PrimaryKeyConstraint("singleton", name=op.f("pk_dispatch_in_force")),
    )
    op.create_table(
        "dispatch_activation",
        _id(),
        sa.Column("version_id", sa.Integer(), nullable=False),
        _at("at"),
        sa.Column("actor", sa.String(), nullable=False),
        _to_version("dispatch_activation", "version_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch_activation")),
    )
    op.create_table(
        "dispatch_fault",
        _id(),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("body", JSONB, nullable=True),
        _at("since"),
        sa.Column("until", TIME, nullable=True),
        sa.Column("told_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch_fault")),
    )
    op.create_index(
        "uq_dispatch_fault_open",
        "dispatch_fault",
        ["rule", "what", "text"],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
    )
    op.add_column("report", sa.Column("dispatch", JSONB, nullable=True))
    for table in ADDED_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    for role in ROLES:
        op.execute(f"GRANT SELECT ON {', '.join(ADDED_ONLY)}, dispatch_in_force TO {role}")
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON dispatch_fault TO {role}")
        op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")
    op.execute("GRANT INSERT ON dispatch_version, dispatch_activation TO beatway_web")
    op.execute("GRANT UPDATE ON dispatch_in_force TO beatway_web")


def downgrade() -> None:
    """Take all of it away; reports keep the priority and response they have."""
    op.drop_column("report", "dispatch")
    for table in ("dispatch_fault", "dispatch_activation", "dispatch_in_force", "dispatch_version"):
        op.drop_table(table)
