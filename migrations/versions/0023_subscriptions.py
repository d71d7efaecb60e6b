"""What observers see, who is told of reports elsewhere and how, and what staff publish."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
JSONB = postgresql.JSONB(astext_type=sa.Text())
CODES = postgresql.ARRAY(sa.String())
WEB, BOT = "beatway_web", "beatway_bot"


def _id(kind: sa.types.TypeEngine[int]) -> sa.Column[int]:
    return sa.Column("id", kind, sa.Identity(always=True), nullable=False)


def _at(name: str) -> sa.Column[object]:
    return sa.Column(name, TIME, server_default=sa.text("now()"), nullable=False)


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE"
    )


def upgrade() -> None:
    """Add the tables; observers there are go on seeing what they saw."""
    op.create_table(
        "observer_scope",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("categories", CODES, nullable=True),
        sa.Column("districts", CODES, nullable=True),
        sa.Column("set_by", sa.String(), nullable=False),
        _at("set_at"),
        _to("observer_scope", "staff_id", "staff"),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_observer_scope")),
    )
    op.execute(
        "INSERT INTO observer_scope (staff_id, set_by)"
        " SELECT id, 'system' FROM staff WHERE role = 'observer'"
    )
    _add_subscriptions()
    _add_alerts()
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON observer_scope, subscription TO {WEB}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON subscription_delivery TO {WEB}")
    # What webhooks are signed with is written here and read by the worker alone.
    op.execute(
        f"GRANT SELECT (subscription_id), INSERT, UPDATE, DELETE ON subscription_secret TO {WEB}"
    )
    op.execute(f"GRANT SELECT, INSERT ON alert TO {WEB}")
    op.execute(f"GRANT SELECT ON observer_scope, subscription_secret TO {BOT}")
    op.execute(f"GRANT SELECT, UPDATE ON subscription, subscription_cursor TO {BOT}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON subscription_delivery TO {BOT}")
    for role in (WEB, BOT):
        op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")


def _add_subscriptions() -> None:
    op.create_table(
        "subscription",
        _id(sa.Integer()),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("categories", CODES, nullable=True),
        sa.Column("districts", CODES, nullable=True),
        sa.Column("lowest_priority", sa.SmallInteger(), nullable=True),
        sa.Column("events", CODES, nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("off_why", sa.String(), nullable=True),
        sa.Column("failing_since", TIME, nullable=True),
        _at("created_at"),
        sa.CheckConstraint(
            "channel IN ('telegram', 'webhook')", name=op.f("ck_subscription_channel")
        ),
        sa.CheckConstraint(
            "(channel = 'webhook') = (url IS NOT NULL)", name=op.f("ck_subscription_url")
        ),
        sa.CheckConstraint(
            "events <@ ARRAY['reported', 'closed']::varchar[]", name=op.f("ck_subscription_events")
        ),
        sa.CheckConstraint("cardinality(events) > 0", name=op.f("ck_subscription_some_event")),
        sa.CheckConstraint(
            "lowest_priority BETWEEN 1 AND 5", name=op.f("ck_subscription_lowest_priority")
        ),
        sa.CheckConstraint("active = (off_why IS NULL)", name=op.f("ck_subscription_off")),
        _to("subscription", "staff_id", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
    )
    op.create_index(op.f("ix_subscription_staff_id"), "subscription", ["staff_id"])
    op.create_table(
        "subscription_secret",
        sa.Column("subscription_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _to("subscription_secret", "subscription_id", "subscription"),
        sa.PrimaryKeyConstraint("subscription_id", name=op.f("pk_subscription_secret")),
    )
    op.create_table(
        "subscription_cursor",
        sa.Column("singleton", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("xact", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("singleton", name=op.f("ck_subscription_cursor_one_row")),
        sa.PrimaryKeyConstraint("singleton", name=op.f("pk_subscription_cursor")),
    )
    # Nobody has subscribed yet: what happened before today is nobody's to be told of.
    op.execute(
        "INSERT INTO subscription_cursor (xact, event)"
        " SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, 0"
    )
    op.create_table(
        "subscription_delivery",
        _id(sa.BigInteger()),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("subscription_id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=True),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("occurrence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("body", JSONB, nullable=False),
        sa.Column("state", sa.String(), server_default="queued", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        _at("next_try_at"),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        _at("created_at"),
        sa.Column("sent_at", TIME, nullable=True),
        sa.CheckConstraint(
            "event IN ('reported', 'closed', 'test')", name=op.f("ck_subscription_delivery_event")
        ),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'failed', 'cancelled')",
            name=op.f("ck_subscription_delivery_state"),
        ),
        _to("subscription_delivery", "subscription_id", "subscription"),
        _to("subscription_delivery", "report_id", "report"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription_delivery")),
        sa.UniqueConstraint("message_id", name=op.f("uq_subscription_delivery_message_id")),
        sa.UniqueConstraint(
            "subscription_id",
            "report_id",
            "event",
            "occurrence",
            name="uq_subscription_delivery_once",
        ),
    )
    op.create_index(
        "ix_subscription_delivery_to_send",
        "subscription_delivery",
        ["subscription_id", "next_try_at"],
        postgresql_where=sa.text("state IN ('queued', 'sending')"),
    )
    op.create_index(
        "ix_subscription_delivery_newest",
        "subscription_delivery",
        ["subscription_id", sa.text("id DESC")],
    )
    op.create_index("ix_subscription_delivery_report_id", "subscription_delivery", ["report_id"])


def _add_alerts() -> None:
    op.create_table(
        "alert",
        _id(sa.BigInteger()),
        sa.Column("identifier", sa.String(), nullable=False),
        sa.Column("chain", sa.String(), nullable=False),
        sa.Column("msg_type", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("sender_name", sa.String(), nullable=False),
        sa.Column("sent_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("refers", JSONB, nullable=False),
        sa.Column("says", JSONB, nullable=False),
        sa.Column("area", JSONB, nullable=False),
        sa.Column("published_by", sa.String(), nullable=False),
        _at("published_at"),
        sa.CheckConstraint(
            "msg_type IN ('Alert', 'Update', 'Cancel')", name=op.f("ck_alert_msg_type")
        ),
        sa.CheckConstraint("status IN ('Actual', 'Exercise')", name=op.f("ck_alert_status")),
        sa.CheckConstraint(
            "(msg_type = 'Alert') = (chain = identifier)", name=op.f("ck_alert_chain")
        ),
        _to("alert", "report_id", "report"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint("identifier", name=op.f("uq_alert_identifier")),
    )
    op.create_index("ix_alert_chain", "alert", ["chain", "id"])
    op.create_index("ix_alert_report_id", "alert", ["report_id"])
    op.create_index("ix_alert_expires_at", "alert", ["expires_at"])
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON alert"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON alert"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    """Take all of it away."""
    for table in (
        "alert",
        "subscription_delivery",
        "subscription_cursor",
        "subscription_secret",
        "subscription",
        "observer_scope",
    ):
        op.drop_table(table)
