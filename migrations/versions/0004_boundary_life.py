"""Give boundary sets their life: proposal, approval, schedule, audit, and what staff are told."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

JSONB = postgresql.JSONB(astext_type=sa.Text())
TIME = sa.DateTime(timezone=True)
NOW = sa.text("now()")

# Who approves a set approves what was proposed: from then on its districts stay as they are.
REFUSE_UNLESS_DRAFT = """
CREATE OR REPLACE FUNCTION refuse_change_of_approved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed_set integer := CASE TG_OP WHEN 'INSERT' THEN NEW.boundary_set_id
                                      ELSE OLD.boundary_set_id END;
    its_state text;
BEGIN
    SELECT state INTO its_state FROM boundary_set WHERE id = changed_set;
    IF its_state <> 'draft' THEN
        RAISE EXCEPTION 'boundary set % is % and does not change', changed_set, its_state
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.boundary_set_id <> OLD.boundary_set_id THEN
        RAISE EXCEPTION 'a district stays in its boundary set'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$
"""

REFUSE_APPROVED_ONLY = """
CREATE OR REPLACE FUNCTION refuse_change_of_approved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed_set integer := CASE TG_OP WHEN 'INSERT' THEN NEW.boundary_set_id
                                      ELSE OLD.boundary_set_id END;
BEGIN
    IF EXISTS (SELECT FROM boundary_set WHERE id = changed_set AND state = 'approved') THEN
        RAISE EXCEPTION 'boundary set % is approved and never changes', changed_set
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$
"""

ROLES = ("beatway_web", "beatway_bot")


def upgrade() -> None:
    """Add columns and tables, their rules and grants."""
    _boundary_set()
    op.add_column("report", sa.Column("proposed_move", JSONB, nullable=True))
    op.create_index(
        "ix_report_proposed_move",
        "report",
        ["id"],
        postgresql_where=sa.text("proposed_move IS NOT NULL"),
    )
    op.add_column("boundary_activation", sa.Column("former_set_id", sa.Integer(), nullable=True))
    op.add_column(
        "boundary_activation", sa.Column("counts", JSONB, server_default="{}", nullable=False)
    )
    op.create_foreign_key(
        op.f("fk_boundary_activation_former_set_id"),
        "boundary_activation",
        "boundary_set",
        ["former_set_id"],
        ["id"],
    )
    op.create_index("ix_boundary_activation_at", "boundary_activation", ["at"])
    _audit()
    _schedule()
    _notices()
    for role in ROLES:
        op.execute(f"GRANT SELECT, INSERT ON boundary_audit TO {role}")
        op.execute(
            "GRANT SELECT, INSERT, UPDATE, DELETE ON boundary_schedule, staff_notice,"
            f" staff_notice_read TO {role}"
        )
        op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")


def _boundary_set() -> None:
    op.drop_constraint(op.f("ck_boundary_set_state"), "boundary_set")
    op.create_check_constraint(
        op.f("ck_boundary_set_state"), "boundary_set", "state IN ('draft', 'proposed', 'approved')"
    )
    for column in (
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("edited_by", JSONB, server_default="[]", nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=True),
        sa.Column("proposed_at", TIME, nullable=True),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("approved_at", TIME, nullable=True),
        sa.Column("problems", JSONB, server_default="[]", nullable=False),
        sa.Column("problem_counts", JSONB, server_default="{}", nullable=False),
    ):
        op.add_column("boundary_set", column)
    op.execute(REFUSE_UNLESS_DRAFT)


def _audit() -> None:
    op.create_table(
        "boundary_audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        # No foreign key: what was done to a draft outlives it.
        sa.Column("boundary_set_id", sa.Integer(), nullable=False),
        sa.Column("at", TIME, server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("before", JSONB, nullable=True),
        sa.Column("after", JSONB, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boundary_audit")),
    )
    op.create_index(
        op.f("ix_boundary_audit_boundary_set_id"), "boundary_audit", ["boundary_set_id"]
    )
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON boundary_audit"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON boundary_audit"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def _schedule() -> None:
    op.create_table(
        "boundary_schedule",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("boundary_set_id", sa.Integer(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("rollback", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), server_default="waiting", nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("created_at", TIME, server_default=NOW, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'done', 'failed', 'cancelled')",
            name=op.f("ck_boundary_schedule_state"),
        ),
        sa.ForeignKeyConstraint(
            ["boundary_set_id"],
            ["boundary_set.id"],
            name=op.f("fk_boundary_schedule_boundary_set_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boundary_schedule")),
    )
    op.create_index(
        "ix_boundary_schedule_waiting",
        "boundary_schedule",
        ["at"],
        postgresql_where=sa.text("state = 'waiting'"),
    )


def _notices() -> None:
    op.create_table(
        "staff_notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("activation_id", sa.Integer(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=True),
        sa.Column("desk", sa.String(), nullable=True),
        sa.Column("at", TIME, server_default=NOW, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("body", JSONB, nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(officer_id, desk) = 1", name=op.f("ck_staff_notice_one_receiver")
        ),
        sa.ForeignKeyConstraint(
            ["activation_id"],
            ["boundary_activation.id"],
            name=op.f("fk_staff_notice_activation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officer.id"], name=op.f("fk_staff_notice_officer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_notice")),
        sa.UniqueConstraint("activation_id", "officer_id", name="uq_staff_notice_officer_once"),
        sa.UniqueConstraint("activation_id", "desk", name="uq_staff_notice_desk_once"),
    )
    op.create_index(op.f("ix_staff_notice_officer_id"), "staff_notice", ["officer_id"])
    op.create_index(op.f("ix_staff_notice_desk"), "staff_notice", ["desk"])
    op.create_table(
        "staff_notice_read",
        sa.Column("notice_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("at", TIME, server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"],
            ["staff_notice.id"],
            name=op.f("fk_staff_notice_read_notice_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
            name=op.f("fk_staff_notice_read_staff_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("notice_id", "staff_id", name=op.f("pk_staff_notice_read")),
    )


def downgrade() -> None:
    """Take it all back; what is proposed becomes a draft again."""
    for table in ("staff_notice_read", "staff_notice", "boundary_schedule", "boundary_audit"):
        op.drop_table(table)
    op.drop_index("ix_boundary_activation_at", table_name="boundary_activation")
    op.drop_column("boundary_activation", "counts")
    op.drop_column("boundary_activation", "former_set_id")
    op.drop_index("ix_report_proposed_move", table_name="report")
    op.drop_column("report", "proposed_move")
    op.execute("UPDATE boundary_set SET state = 'draft' WHERE state = 'proposed'")
    op.drop_constraint(op.f("ck_boundary_set_state"), "boundary_set")
    op.create_check_constraint(
        op.f("ck_boundary_set_state"), "boundary_set", "state IN ('draft', 'approved')"
    )
    for column in (
        "problem_counts",
        "problems",
        "approved_at",
        "approved_by",
        "proposed_at",
        "proposed_by",
        "edited_by",
        "revision",
    ):
        op.drop_column("boundary_set", column)
    op.execute(REFUSE_APPROVED_ONLY)
