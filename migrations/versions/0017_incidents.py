"""Let reports of one incident follow one of them, which is the only one in the queues."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
JSONB = postgresql.JSONB(astext_type=sa.Text())
NOW = sa.text("now()")
ROLES = ("beatway_web", "beatway_bot")
TABLES = ("incident_task", "incident_news", "not_same")

ENTRY = "duplicate_of_id IS NULL"
OPEN = (
    "status IN ('acknowledged', 'awaiting_place', 'en_route', 'on_scene', 'queued', 'registered')"
)
UNACKNOWLEDGED = "status IN ('awaiting_place', 'queued', 'registered')"
UNDERWAY = "status IN ('acknowledged', 'en_route')"
TO_ESCALATE = "escalation_step < 3"
# Of these indexes only what is an entry of a queue is read from now on.
OF_ENTRIES = (
    ("ix_report_open_precinct", ("precinct_code", "priority", "received_at"), OPEN, ""),
    ("ix_report_open_beat", ("beat_code",), OPEN, ""),
    ("ix_report_open_desk", ("assigned_desk",), OPEN, ""),
    ("ix_report_open_officer", ("assigned_officer_id",), OPEN, ""),
    ("ix_report_acknowledge_due", ("acknowledge_due_at",), UNACKNOWLEDGED, TO_ESCALATE),
    ("ix_report_on_scene_due", ("on_scene_due_at",), UNDERWAY, TO_ESCALATE),
)

# Whoever follows a report is where it is, whatever way it came there: one by one, or thousands at
# a change of shift or of boundaries. As its owner, for its citizen's precinct may be another.
FOLLOW = """
CREATE FUNCTION followers_follow() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    UPDATE public.report
       SET status = NEW.status,
           assigned_officer_id = NEW.assigned_officer_id, assigned_desk = NEW.assigned_desk,
           rung = NEW.rung, precinct_code = NEW.precinct_code, beat_code = NEW.beat_code,
           acknowledged_at = NEW.acknowledged_at, closed_at = NEW.closed_at,
           updated_at = NEW.updated_at,
           owner_untold = owner_untold
               OR (NEW.assigned_officer_id, NEW.assigned_desk)
                  IS DISTINCT FROM (assigned_officer_id, assigned_desk)
     WHERE duplicate_of_id = NEW.id;
    RETURN NULL;
END $$
"""
FOLLOW_TRIGGER = """
CREATE TRIGGER followers_follow AFTER UPDATE ON report FOR EACH ROW
WHEN (NEW.duplicate_of_id IS NULL
      AND (OLD.status, OLD.assigned_officer_id, OLD.assigned_desk, OLD.rung, OLD.precinct_code,
           OLD.beat_code, OLD.acknowledged_at, OLD.closed_at)
          IS DISTINCT FROM
          (NEW.status, NEW.assigned_officer_id, NEW.assigned_desk, NEW.rung, NEW.precinct_code,
           NEW.beat_code, NEW.acknowledged_at, NEW.closed_at))
EXECUTE FUNCTION followers_follow()
"""
# A repetition of a repetition follows the first one.
FLATTEN = """
WITH RECURSIVE chain AS (
    SELECT id, duplicate_of_id AS lead, 1 AS depth FROM report WHERE duplicate_of_id IS NOT NULL
    UNION ALL
    SELECT c.id, r.duplicate_of_id, c.depth + 1 FROM chain c JOIN report r ON r.id = c.lead
     WHERE r.duplicate_of_id IS NOT NULL AND c.depth < 100)
UPDATE report SET duplicate_of_id = last.lead, joined_at = coalesce(closed_at, updated_at)
  FROM (SELECT DISTINCT ON (id) id, lead FROM chain ORDER BY id, depth DESC) last
 WHERE report.id = last.id AND last.lead <> report.id
"""
COUNT = """
UPDATE report
   SET members = f.members, last_joined_at = greatest(report.received_at, f.last),
       people = f.people + (report.reporter_id IS NULL OR NOT report.reporter_id = ANY (f.who))::int
  FROM (SELECT duplicate_of_id, count(*) AS members, max(received_at) AS last,
               count(DISTINCT coalesce(reporter_id, -id)) AS people,
               array_agg(coalesce(reporter_id, -id)) AS who
          FROM report WHERE duplicate_of_id IS NOT NULL GROUP BY duplicate_of_id) f
 WHERE report.id = f.duplicate_of_id
"""
# Versions never change; what is new in them is said once, for all that there are.
KNOWN_LIMITS: tuple[tuple[Any, ...], ...] = (
    (
        "life_danger",
        True,
        100,
        20,
        0.2,
        ["violence", "weapon", "accident_injured", "accident", "fire"],
    ),
    ("accident_injured", True, 200, 60, 0, ["accident"]),
    ("violence", True, 150, 30, 0, ["weapon", "public_order"]),
    ("weapon", True, 200, 30, 0, []),
    ("domestic_violence", False, 30, 30, 0.5, []),
    ("sexual_violence", False, 30, 30, 0.5, []),
    ("robbery", True, 100, 20, 0.2, ["violence"]),
    ("suspicious_object", True, 100, 60, 0, []),
    ("missing_person", False, 300, 720, 0.5, []),
    ("death", True, 100, 60, 0.1, []),
    ("fire", True, 400, 90, 0, []),
    ("accident", True, 200, 60, 0, []),
    ("drunk_driving", True, 300, 20, 0.2, ["accident"]),
    ("vulnerable_person", True, 150, 60, 0.1, []),
    ("burglary", True, 40, 30, 0.3, []),
    ("car_theft", True, 40, 30, 0.4, []),
    ("theft", True, 40, 30, 0.4, []),
    ("drugs", True, 30, 60, 0.4, []),
    ("suspicious_person", True, 150, 30, 0.2, []),
    ("public_order", True, 150, 30, 0.1, ["noise"]),
    ("vandalism", True, 50, 180, 0.1, []),
    ("fraud", False, 50, 60, 0.5, []),
    ("traffic_light", True, 80, 720, 0, []),
    ("road_hazard", True, 80, 360, 0, ["roads"]),
    ("animals", True, 150, 60, 0.1, []),
    ("noise", True, 100, 60, 0, []),
    ("parking", True, 40, 120, 0.1, []),
    ("illegal_sale", True, 50, 180, 0.1, []),
    ("street_trade", True, 80, 180, 0, []),
    ("neighbours", False, 30, 60, 0.4, []),
    ("police_complaint", False, 50, 60, 0.5, []),
    ("question", False, 50, 60, 0.5, []),
    ("water", True, 700, 360, 0, []),
    ("power", True, 700, 360, 0, []),
    ("gas", True, 300, 120, 0, []),
    ("heating", True, 500, 720, 0, []),
    ("roads", True, 50, 1440, 0.1, []),
    ("waste", True, 50, 1440, 0.1, []),
    ("housing", True, 40, 360, 0.2, []),
    ("transport", True, 150, 60, 0.3, []),
    ("chatter", False, 50, 60, 0.5, []),
    ("unsorted", False, 100, 30, 0.5, []),
)
LIMITS = """
UPDATE category SET duplicates = known.value
  FROM (SELECT key, value FROM jsonb_each(CAST(:limits AS jsonb))) known
 WHERE category.code = known.key
"""


def upgrade() -> None:
    """Add columns, tables, the trigger and indexes; repetitions of old are counted."""
    _add_columns()
    _add_tables()
    op.execute(FLATTEN)
    op.execute(COUNT)
    op.execute(FOLLOW)
    op.execute(FOLLOW_TRIGGER)
    _index_entries(ENTRY)
    op.create_index(
        "ix_report_entry_near",
        "report",
        ["place", "received_at"],
        postgresql_using="gist",
        postgresql_where=sa.text(ENTRY),
    )
    op.create_index(
        "ix_report_duplicate_of",
        "report",
        ["duplicate_of_id", "id"],
        postgresql_where=sa.text("duplicate_of_id IS NOT NULL"),
    )
    _add_limits()
    for role in ROLES:
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(TABLES)} TO {role}")
        op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")


def _add_columns() -> None:
    op.add_column("report", sa.Column("joined_at", TIME, nullable=True))
    op.add_column("report", sa.Column("duplicate_why", JSONB, nullable=True))
    for name, kind, default in (
        ("members", sa.Integer(), "0"),
        ("people", sa.Integer(), "1"),
        ("raised", sa.SmallInteger(), "0"),
        ("reporter_out", sa.Boolean(), "false"),
    ):
        op.add_column("report", sa.Column(name, kind, server_default=default, nullable=False))
    op.add_column("report", sa.Column("counted_at", TIME, nullable=True))
    op.add_column("report", sa.Column("last_joined_at", TIME, nullable=True))
    op.add_column("report", sa.Column("folded", sa.String(), nullable=True))


def _to_report(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["report.id"], name=op.f(f"fk_{table}_{column}"))


def _add_tables() -> None:
    op.create_table(
        "incident_task",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("danger", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint("kind IN ('count', 'check')", name=op.f("ck_incident_task_kind")),
        _to_report("incident_task", "report_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_task")),
    )
    op.create_index("ix_incident_task_due", "incident_task", ["due_at", "id"])
    op.create_index("ix_incident_task_report", "incident_task", ["report_id", "kind"])
    op.create_table(
        "incident_news",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("before", sa.String(), nullable=True),
        sa.Column("after", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("told_to", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "(before IS NULL) = (after IS NULL)", name=op.f("ck_incident_news_status")
        ),
        sa.CheckConstraint(
            "(text IS NULL) <> (after IS NULL)", name=op.f("ck_incident_news_one_of")
        ),
        _to_report("incident_news", "lead_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_news")),
    )
    op.create_index("ix_incident_news_lead", "incident_news", ["lead_id", "id"])
    op.create_table(
        "not_same",
        sa.Column("low_id", sa.BigInteger(), nullable=False),
        sa.Column("high_id", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_not_same_order")),
        _to_report("not_same", "low_id"),
        _to_report("not_same", "high_id"),
        sa.PrimaryKeyConstraint("low_id", "high_id", name=op.f("pk_not_same")),
    )
    op.create_index(op.f("ix_not_same_high_id"), "not_same", ["high_id"])


def _index_entries(entry: str) -> None:
    for name, columns, of, more in OF_ENTRIES:
        op.drop_index(name, "report")
        where = " AND ".join(filter(None, (of, entry, more)))
        op.create_index(name, "report", list(columns), postgresql_where=sa.text(where))


def _add_limits() -> None:
    op.add_column("category", sa.Column("duplicates", JSONB, server_default="{}", nullable=False))
    names = ("automatic", "radius_m", "minutes", "likeness", "also")
    limits = {code: dict(zip(names, values, strict=True)) for code, *values in KNOWN_LIMITS}
    op.execute("ALTER TABLE category DISABLE TRIGGER append_only")
    op.get_bind().execute(sa.text(LIMITS), {"limits": json.dumps(limits)})
    op.execute("ALTER TABLE category ENABLE TRIGGER append_only")


def downgrade() -> None:
    """Remove them again; what follows another report still names it."""
    op.drop_column("category", "duplicates")
    op.execute("DROP TRIGGER followers_follow ON report")
    op.execute("DROP FUNCTION followers_follow()")
    op.drop_index("ix_report_duplicate_of", "report")
    op.drop_index("ix_report_entry_near", "report")
    _index_entries("")
    for table in TABLES:
        op.drop_table(table)
    for column in (
        "folded",
        "last_joined_at",
        "counted_at",
        "reporter_out",
        "raised",
        "people",
        "members",
        "duplicate_why",
        "joined_at",
    ):
        op.drop_column("report", column)
