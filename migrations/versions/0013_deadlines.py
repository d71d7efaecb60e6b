"""Say until when a report is to be acknowledged and somebody on the scene, and who is told when not."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
# Priority, minutes to acknowledge it, minutes until somebody is on the scene.
DEFAULTS = ((1, 3, 15), (2, 10, 40), (3, 30, 240), (4, 240, 1440), (5, 1440, None))
UNACKNOWLEDGED = "status IN ('awaiting_place', 'queued', 'registered')"
UNDERWAY = "status IN ('acknowledged', 'en_route')"
OPEN = (
    "status IN ('acknowledged', 'awaiting_place', 'en_route', 'on_scene', 'queued', 'registered')"
)
ROLES = ("beatway_web", "beatway_bot")

# Whoever has had a report for less than the pause has not been late with it, whatever way it came.
NOTE_OWNER = """
CREATE FUNCTION note_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.owned_since := NEW.received_at;
    ELSIF (NEW.assigned_officer_id, NEW.assigned_desk)
          IS DISTINCT FROM (OLD.assigned_officer_id, OLD.assigned_desk) THEN
        NEW.owned_since := NEW.updated_at;
    END IF;
    RETURN NEW;
END
$$
"""
# Else all that lies open now would be late at once.
FROM_NOW = f"""
UPDATE report r
   SET deadlines_from = now(),
       acknowledge_due_at = now() + d.acknowledge_within_min * interval '1 minute',
       on_scene_due_at = now() + d.on_scene_within_min * interval '1 minute'
  FROM deadline_rule d
 WHERE d.priority = r.priority AND r.{OPEN}
"""  # noqa: S608 - names from above


def upgrade() -> None:
    """Add the rules, and what a report keeps of them."""
    op.create_table(
        "deadline_rule",
        sa.Column("priority", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("acknowledge_within_min", sa.Integer(), nullable=True),
        sa.Column("on_scene_within_min", sa.Integer(), nullable=True),
        sa.CheckConstraint("priority BETWEEN 1 AND 9", name=op.f("ck_deadline_rule_priority")),
        sa.CheckConstraint(
            "acknowledge_within_min > 0 AND on_scene_within_min > 0",
            name=op.f("ck_deadline_rule_minutes"),
        ),
        sa.PrimaryKeyConstraint("priority", name=op.f("pk_deadline_rule")),
    )
    rules = sa.table(
        "deadline_rule",
        sa.column("priority"),
        sa.column("acknowledge_within_min"),
        sa.column("on_scene_within_min"),
    )
    op.bulk_insert(
        rules,
        [
            {
                "priority": priority,
                "acknowledge_within_min": acknowledge,
                "on_scene_within_min": on_scene,
            }
            for priority, acknowledge, on_scene in DEFAULTS
        ],
    )
    for column in (
        sa.Column("deadlines_from", TIME, nullable=True),
        sa.Column("acknowledge_due_at", TIME, nullable=True),
        sa.Column("on_scene_due_at", TIME, nullable=True),
        sa.Column("escalation_step", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("escalated_at", TIME, nullable=True),
        sa.Column("late_by", postgresql.ARRAY(sa.Integer()), server_default="{}", nullable=False),
        sa.Column("owned_since", TIME, nullable=True),
    ):
        op.add_column("report", column)
    op.execute(FROM_NOW)
    op.execute(NOTE_OWNER)
    op.execute(
        "CREATE TRIGGER note_owner BEFORE INSERT OR UPDATE OF assigned_officer_id, assigned_desk"
        " ON report FOR EACH ROW EXECUTE FUNCTION note_owner()"
    )
    for name, due, where in (
        ("ix_report_acknowledge_due", "acknowledge_due_at", UNACKNOWLEDGED),
        ("ix_report_on_scene_due", "on_scene_due_at", UNDERWAY),
    ):
        op.create_index(
            name, "report", [due], postgresql_where=sa.text(f"{where} AND escalation_step < 3")
        )
    for role in ROLES:
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON deadline_rule TO {role}")


def downgrade() -> None:
    """Forget all of it."""
    op.execute("DROP TRIGGER note_owner ON report")
    op.execute("DROP FUNCTION note_owner()")
    for column in (
        "owned_since",
        "late_by",
        "escalated_at",
        "escalation_step",
        "on_scene_due_at",
        "acknowledge_due_at",
        "deadlines_from",
    ):
        op.drop_column("report", column)
    op.drop_table("deadline_rule")
