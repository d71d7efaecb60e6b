"""Keep the plan of duty and the truth apart: leave, on-call, who came and went, workload limits."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
NOW = sa.text("clock_timestamp()")
PERIOD = postgresql.TSTZRANGE()
OPEN = (
    "status IN ('acknowledged', 'awaiting_place', 'en_route', 'on_scene', 'queued', 'registered')"
)
ROLES = ("beatway_web", "beatway_bot")

# A tap holds until the plan says something new: the next begin or end of a planned shift.
ON_DUTY = """
CREATE FUNCTION on_duty(officer integer, at timestamptz) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT NOT EXISTS (SELECT FROM leave WHERE leave.officer_id = officer AND leave.period @> at)
       AND coalesce(
           (SELECT tap.on_duty
              FROM duty_tap tap
             WHERE tap.officer_id = officer AND tap.at <= on_duty.at
               AND NOT EXISTS (
                   SELECT FROM shift
                    WHERE shift.officer_id = officer AND shift.kind = 'duty'
                      AND shift.period && tstzrange(tap.at, on_duty.at, '[]')
                      AND (lower(shift.period) > tap.at AND lower(shift.period) <= on_duty.at
                           OR upper(shift.period) > tap.at AND upper(shift.period) <= on_duty.at))
             ORDER BY tap.at DESC, tap.id DESC
             LIMIT 1),
           EXISTS (SELECT FROM shift
                    WHERE shift.officer_id = officer AND shift.kind = 'duty'
                      AND shift.period @> on_duty.at))
$$
"""


def upgrade() -> None:
    """Add columns, tables, the rule of who is on duty, and grants."""
    op.add_column("officer", sa.Column("load_limit", sa.Integer(), nullable=True))
    # What the last look found: the next one acts on what has changed since.
    op.add_column(
        "officer", sa.Column("on_duty", sa.Boolean(), server_default="false", nullable=False)
    )
    op.create_check_constraint(op.f("ck_officer_load_limit"), "officer", "load_limit > 0")
    op.add_column("shift", sa.Column("kind", sa.String(), server_default="duty", nullable=False))
    op.create_check_constraint(op.f("ck_shift_kind"), "shift", "kind IN ('duty', 'on_call')")
    op.create_table(
        "leave",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("period", PERIOD, nullable=False),
        sa.CheckConstraint(
            "kind IN ('vacation', 'sick', 'training', 'other')", name=op.f("ck_leave_kind")
        ),
        sa.CheckConstraint("NOT isempty(period)", name=op.f("ck_leave_period")),
        postgresql.ExcludeConstraint(
            (sa.column("officer_id"), "="),
            (sa.column("period"), "&&"),
            using="gist",
            name="away_once",
        ),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_leave_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leave")),
    )
    op.create_table(
        "duty_tap",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("on_duty", sa.Boolean(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officer.id"], name=op.f("fk_duty_tap_officer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_tap")),
    )
    op.create_index("ix_duty_tap_officer_at", "duty_tap", ["officer_id", sa.text("at DESC")])
    op.create_table(
        "unattended_beat",
        sa.Column("beat_code", sa.String(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("alerted", sa.Boolean(), server_default="false", nullable=False),
        sa.PrimaryKeyConstraint("beat_code", name=op.f("pk_unattended_beat")),
    )
    op.create_table(
        "roster_audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", TIME, server_default=NOW, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("officer", sa.String(), nullable=True),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_audit")),
    )
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON roster_audit"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON roster_audit"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON duty_tap"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.drop_index("ix_report_assigned_officer_id", "report")
    op.create_index(
        "ix_report_open_officer",
        "report",
        ["assigned_officer_id"],
        postgresql_where=sa.text(OPEN),
    )
    op.execute(ON_DUTY)
    # A notice may be of something else than an activation; its subject tells what, once.
    op.alter_column("staff_notice", "activation_id", nullable=True)
    op.add_column("staff_notice", sa.Column("subject", sa.String(), nullable=True))
    op.create_unique_constraint(
        "uq_staff_notice_subject_officer", "staff_notice", ["subject", "officer_id"]
    )
    op.create_unique_constraint("uq_staff_notice_subject_desk", "staff_notice", ["subject", "desk"])
    for role in ROLES:
        op.execute(
            "GRANT SELECT, INSERT, UPDATE, DELETE ON officer, posting, shift, leave,"
            f" unattended_beat TO {role}"
        )
        op.execute(f"GRANT SELECT, INSERT ON duty_tap, roster_audit TO {role}")
        op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")


def downgrade() -> None:
    """Take all of it away again."""
    op.execute("DELETE FROM staff_notice WHERE activation_id IS NULL")
    op.drop_constraint("uq_staff_notice_subject_desk", "staff_notice")
    op.drop_constraint("uq_staff_notice_subject_officer", "staff_notice")
    op.drop_column("staff_notice", "subject")
    op.alter_column("staff_notice", "activation_id", nullable=False)
    op.execute("DROP FUNCTION on_duty(integer, timestamptz)")
    op.drop_index("ix_report_open_officer", "report")
    op.create_index("ix_report_assigned_officer_id", "report", ["assigned_officer_id"])
    for table in ("roster_audit", "unattended_beat", "duty_tap", "leave"):
        op.drop_table(table)
    op.execute("DELETE FROM shift WHERE kind <> 'duty'")
    op.drop_constraint(op.f("ck_shift_kind"), "shift")
    op.drop_column("shift", "kind")
    op.drop_constraint(op.f("ck_officer_load_limit"), "officer")
    op.drop_column("officer", "on_duty")
    op.drop_column("officer", "load_limit")
