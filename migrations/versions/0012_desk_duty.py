"""Give the desk a roster, handovers that are signed, and an alert upwards when nobody is on it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
NOW = sa.text("clock_timestamp()")
PERIOD = postgresql.TSTZRANGE()
JSON = postgresql.JSONB(astext_type=sa.Text())
ROLES = ("beatway_web", "beatway_bot")

# It is part of each question now, see app/presence.py.
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
# What was handed over stays what it was; a note may be added until somebody has signed.
FROZEN = """
CREATE FUNCTION refuse_changed_handover() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.signed_at IS NOT NULL
       OR (NEW.desk, NEW.at, NEW.leaving, NEW.staying, NEW.summary)
          IS DISTINCT FROM (OLD.desk, OLD.at, OLD.leaving, OLD.staying, OLD.summary) THEN
        RAISE EXCEPTION 'a handover stays as it was' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$
"""


def upgrade() -> None:
    """Add tables, rules, grants."""
    op.execute("DROP FUNCTION on_duty(integer, timestamptz)")
    op.create_table(
        "desk_shift",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("desk", sa.String(), nullable=False),
        sa.Column("period", PERIOD, nullable=False),
        sa.CheckConstraint(
            "NOT isempty(period) AND NOT lower_inf(period)", name=op.f("ck_desk_shift_period")
        ),
        postgresql.ExcludeConstraint(
            (sa.column("staff_id"), "="),
            (sa.column("period"), "&&"),
            using="gist",
            name="at_a_desk_once",
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_desk_shift_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_shift")),
    )
    op.create_index(
        "ix_desk_shift_desk_period", "desk_shift", ["desk", "period"], postgresql_using="gist"
    )
    op.create_table(
        "desk_tap",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("desk", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("on_duty", sa.Boolean(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_desk_tap_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_tap")),
    )
    op.create_index("ix_desk_tap_staff_at", "desk_tap", ["staff_id", sa.text("at DESC")])
    op.create_table(
        "desk_presence",
        sa.Column("staff_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("desk", sa.String(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_desk_presence_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_desk_presence")),
    )
    op.create_table(
        "desk_gap",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("desk", sa.String(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("until", TIME, nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("told", JSON, server_default="[]", nullable=False),
        sa.CheckConstraint("why IN ('no_roster', 'nobody')", name=op.f("ck_desk_gap_why")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_gap")),
    )
    op.create_index(
        "ix_desk_gap_open",
        "desk_gap",
        ["desk"],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "desk_handover",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("desk", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("leaving", JSON, nullable=False),
        sa.Column("staying", JSON, nullable=False),
        sa.Column("summary", JSON, nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("note_by", sa.String(), nullable=True),
        sa.Column("note_at", TIME, nullable=True),
        sa.Column("signed_by", sa.String(), nullable=True),
        sa.Column("signed_name", sa.String(), nullable=True),
        sa.Column("signed_at", TIME, nullable=True),
        sa.CheckConstraint(
            "num_nonnulls(signed_by, signed_name, signed_at) IN (0, 3)",
            name=op.f("ck_desk_handover_signed"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_handover")),
    )
    op.create_index("ix_desk_handover_desk", "desk_handover", ["desk", sa.text("id DESC")])
    op.create_index(
        "ix_desk_handover_unsigned",
        "desk_handover",
        ["desk"],
        postgresql_where=sa.text("signed_at IS NULL"),
    )
    op.execute(FROZEN)
    op.execute(
        "CREATE TRIGGER frozen BEFORE UPDATE ON desk_handover"
        " FOR EACH ROW EXECUTE FUNCTION refuse_changed_handover()"
    )
    for table, when in (("desk_handover", "DELETE"), ("desk_tap", "UPDATE OR DELETE")):
        op.execute(
            f"CREATE TRIGGER append_only BEFORE {when} ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    # A notice for whoever leads a precinct, or the city.
    op.add_column("staff_notice", sa.Column("leaders", sa.String(), nullable=True))
    op.drop_constraint(op.f("ck_staff_notice_one_receiver"), "staff_notice")
    op.create_check_constraint(
        op.f("ck_staff_notice_one_receiver"),
        "staff_notice",
        "num_nonnulls(officer_id, desk, leaders) = 1",
    )
    op.create_unique_constraint(
        "uq_staff_notice_subject_leaders", "staff_notice", ["subject", "leaders"]
    )
    for role in ROLES:
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON desk_shift, desk_presence TO {role}")
        op.execute(f"GRANT SELECT, INSERT ON desk_tap TO {role}")
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON desk_gap, desk_handover TO {role}")
        op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")


def downgrade() -> None:
    """Take all of it away again."""
    op.execute("DELETE FROM staff_notice WHERE leaders IS NOT NULL")
    op.drop_constraint("uq_staff_notice_subject_leaders", "staff_notice")
    op.drop_constraint(op.f("ck_staff_notice_one_receiver"), "staff_notice")
    op.create_check_constraint(
        op.f("ck_staff_notice_one_receiver"), "staff_notice", "num_nonnulls(officer_id, desk) = 1"
    )
    op.drop_column("staff_notice", "leaders")
    for table in ("desk_handover", "desk_gap", "desk_presence", "desk_tap", "desk_shift"):
        op.drop_table(table)
    op.execute("DROP FUNCTION refuse_changed_handover()")
    op.execute(ON_DUTY)
