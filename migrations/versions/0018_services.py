"""Keep services and their areas, what became of rude people, and how fast each may write."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
JSON = postgresql.JSONB(astext_type=sa.Text())
ROLES = ("beatway_web", "beatway_bot")
UNACKNOWLEDGED = "status IN ('awaiting_place', 'queued', 'registered')"
TO_REDIRECT = (
    f"{UNACKNOWLEDGED} AND response = 'redirect' AND category_by <> 'staff'"
    " AND reporter_id IS NOT NULL AND (redirect_state IS NULL OR redirect_state = 'asked')"
)

# An update's turn is when its chat would be free again, had nothing been allowed in advance
# (the generic cell rate algorithm). What exceeds the allowance is due later.
PACE = """
CREATE FUNCTION pace_update() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    limits inbox_limits;
BEGIN
    IF NEW.chat_key = NEW.update_id
            OR EXISTS (SELECT FROM inbox WHERE update_id = NEW.update_id) THEN
        RETURN NEW;
    END IF;
    SELECT * INTO limits FROM inbox_limits;
    INSERT INTO inbox_pace AS pace (chat_key, turn)
    VALUES (NEW.chat_key, now())
    ON CONFLICT (chat_key) DO UPDATE SET turn = greatest(
        now(),
        pace.turn + CASE
            WHEN pace.slow_until > now() THEN limits.slow_step
            WHEN NEW.crowd THEN limits.crowd_step
            ELSE limits.person_step
        END)
    RETURNING turn INTO NEW.turn;
    IF NEW.turn > now() + limits.room THEN
        NEW.next_try_at := NEW.turn - limits.room;
        NEW.held := true;
    END IF;
    RETURN NEW;
END $$
"""


def _id(kind: sa.types.TypeEngine[int] | None = None) -> sa.Column[int]:
    return sa.Column("id", kind or sa.BigInteger(), sa.Identity(always=True), nullable=False)


def _now(name: str) -> sa.Column[object]:
    return sa.Column(name, TIME, server_default=sa.text("now()"), nullable=False)


def _off(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), server_default="false", nullable=False)


def _to(
    table: str, column: str, other: str, ondelete: str | None = None
) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=ondelete)


def upgrade() -> None:
    """Add tables, columns, the pace of the inbox, and grants."""
    _add_services()
    _add_conduct()
    _add_pace()
    for role in ROLES:
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON service TO {role}")
        op.execute(f"GRANT SELECT, INSERT ON service_change TO {role}")
        op.execute(f"GRANT SELECT ON service_revision TO {role}")
        op.execute(f"GRANT UPDATE (revision) ON service_revision TO {role}")
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON strike, conduct_measure TO {role}")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON muted_message TO {role}")
        op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")
    op.execute("GRANT SELECT, UPDATE ON inbox_limits TO beatway_bot")
    op.execute("GRANT SELECT, UPDATE, DELETE ON inbox_pace TO beatway_bot")


def _add_services() -> None:
    op.create_table(
        "service",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("names", JSON, nullable=False),
        sa.Column("kinds", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("hours", sa.String(), nullable=True),
        sa.Column("area", Geometry("MULTIPOLYGON", 4326, spatial_index=False), nullable=True),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        _now("updated_at"),
        sa.Column("updated_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_service")),
    )
    op.create_table(
        "service_change",
        _id(),
        _now("at"),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("before", JSON, nullable=True),
        sa.Column("after", JSON, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_change")),
    )
    op.create_index("ix_service_change_service", "service_change", ["service", "id"])
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON service_change"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.create_table(
        "service_revision",
        sa.Column("singleton", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="1", nullable=False),
        sa.CheckConstraint("singleton", name=op.f("ck_service_revision_one_row")),
        sa.PrimaryKeyConstraint("singleton", name=op.f("pk_service_revision")),
    )
    op.execute("INSERT INTO service_revision DEFAULT VALUES")
    op.add_column("report", sa.Column("redirect", JSON, nullable=True))
    op.add_column("report", sa.Column("redirect_state", sa.String(), nullable=True))
    op.create_check_constraint(
        op.f("ck_report_redirect_state"), "report", "redirect_state IN ('asked', 'told', 'held')"
    )
    op.create_index(
        "ix_report_to_redirect", "report", ["id"], postgresql_where=sa.text(TO_REDIRECT)
    )
    op.create_index(
        "ix_report_redirected",
        "report",
        ["closed_at"],
        postgresql_where=sa.text("redirect_state = 'told'"),
    )


def _add_conduct() -> None:
    op.add_column("reporter", sa.Column("conduct", sa.String(), nullable=True))
    op.add_column("reporter", sa.Column("conduct_until", TIME, nullable=True))
    op.create_check_constraint(
        op.f("ck_reporter_conduct"), "reporter", "conduct IN ('slow', 'muted')"
    )
    op.add_column("report", _off("abusive"))
    op.add_column("report", _off("from_muted"))
    op.create_table(
        "strike",
        _id(),
        sa.Column("reporter_id", sa.BigInteger(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=True),
        sa.Column("words", sa.String(), nullable=True),
        sa.Column("withdrawn_at", TIME, nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=True),
        sa.CheckConstraint("source IN ('words', 'desk', 'flood')", name=op.f("ck_strike_source")),
        _to("strike", "reporter_id", "reporter", ondelete="CASCADE"),
        _to("strike", "report_id", "report", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_strike")),
    )
    op.create_index("ix_strike_reporter_id", "strike", ["reporter_id"])
    op.create_index("ix_strike_report_id", "strike", ["report_id"])
    op.create_table(
        "conduct_measure",
        _id(),
        sa.Column("reporter_id", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("until", TIME, nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("why", sa.String(), nullable=True),
        sa.CheckConstraint(
            "level IN ('warned', 'slow', 'muted')", name=op.f("ck_conduct_measure_level")
        ),
        _to("conduct_measure", "reporter_id", "reporter", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conduct_measure")),
    )
    op.create_index("ix_conduct_measure_reporter_id", "conduct_measure", ["reporter_id"])
    op.create_table(
        "muted_message",
        _id(),
        sa.Column("reporter_id", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("place", JSON, nullable=True),
        sa.Column("files", JSON, nullable=True),
        sa.Column("sent_at", TIME, nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=True),
        _off("acknowledged"),
        _to("muted_message", "reporter_id", "reporter", ondelete="CASCADE"),
        _to("muted_message", "chat_id", "reporter", ondelete="CASCADE"),
        _to("muted_message", "report_id", "report", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_muted_message")),
        sa.UniqueConstraint(
            "chat_id", "message_id", name=op.f("uq_muted_message_chat_id_message_id")
        ),
    )
    op.create_index("ix_muted_message_reporter_id", "muted_message", ["reporter_id", "id"])


def _add_pace() -> None:
    for name in ("crowd", "held", "looked"):
        op.add_column("inbox", _off(name))
    op.add_column("inbox", _now("turn"))
    op.create_index(
        "ix_inbox_pending_turn",
        "inbox",
        ["turn", "update_id"],
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ix_inbox_unlooked",
        "inbox",
        ["update_id"],
        postgresql_where=sa.text("state = 'pending' AND NOT looked"),
    )
    op.drop_index("ix_inbox_pending", "inbox")
    op.create_table(
        "inbox_limits",
        sa.Column("singleton", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("room", sa.Interval(), server_default="40 s", nullable=False),
        sa.Column("person_step", sa.Interval(), server_default="2 s", nullable=False),
        sa.Column("crowd_step", sa.Interval(), server_default="0.2 s", nullable=False),
        sa.Column("slow_step", sa.Interval(), server_default="20 s", nullable=False),
        sa.CheckConstraint("singleton", name=op.f("ck_inbox_limits_one_row")),
        sa.PrimaryKeyConstraint("singleton", name=op.f("pk_inbox_limits")),
    )
    op.execute("INSERT INTO inbox_limits DEFAULT VALUES")
    op.create_table(
        "inbox_pace",
        sa.Column("chat_key", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("turn", TIME, nullable=False),
        sa.Column("slow_until", TIME, nullable=True),
        sa.Column("held", sa.Integer(), server_default="0", nullable=False),
        sa.Column("told_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("chat_key", name=op.f("pk_inbox_pace")),
    )
    op.execute(PACE)
    op.execute(
        "CREATE TRIGGER pace BEFORE INSERT ON inbox FOR EACH ROW EXECUTE FUNCTION pace_update()"
    )


def downgrade() -> None:
    """Take all of it away again."""
    op.execute("DROP TRIGGER pace ON inbox")
    op.execute("DROP FUNCTION pace_update()")
    op.create_index(
        "ix_inbox_pending",
        "inbox",
        ["update_id"],
        postgresql_where=sa.text("state = 'pending'"),
    )
    for index in ("ix_inbox_unlooked", "ix_inbox_pending_turn"):
        op.drop_index(index, "inbox")
    for column in ("turn", "looked", "held", "crowd"):
        op.drop_column("inbox", column)
    for table in ("inbox_pace", "inbox_limits", "muted_message", "conduct_measure", "strike"):
        op.drop_table(table)
    for index in ("ix_report_redirected", "ix_report_to_redirect"):
        op.drop_index(index, "report")
    for column in ("from_muted", "abusive", "redirect_state", "redirect"):
        op.drop_column("report", column)
    for column in ("conduct_until", "conduct"):
        op.drop_column("reporter", column)
    for table in ("service_revision", "service_change", "service"):
        op.drop_table(table)
