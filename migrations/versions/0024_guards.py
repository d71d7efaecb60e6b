"""Guard what came beside the reports as the reports themselves are guarded."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

WEB, BOT = "beatway_web", "beatway_bot"

OF_REPORT = (
    "(SELECT scope_sees_all()) OR EXISTS (SELECT FROM report r WHERE r.id = {table}.{column})"
)
SIGNED = "(SELECT scope_is_signed())"

# Words about a report, and the column that says about which.
CHILDREN = {"report_hold": "report_id", "incident_news": "lead_id", "group_reply": "report_id"}
# Of several precincts, or of nobody's report: only for a process of ours.
SIGNED_ONLY = (
    "muted_message",
    "strike",
    "conduct_measure",
    "public_group",
    "public_group_code",
    "public_group_admin",
    "passed_album",
    "incident_task",
    "not_same",
    "report_fact",
    "audit",
    "audit_link",
    "subscription_delivery",
)


def upgrade() -> None:
    """Add the policies, and what the web may write.

    A desk that makes a report of what a muted person wrote adds its files; one that has a message
    tried again gives it its turn. A person's own data tells how large their files are.
    """
    for table, column in CHILDREN.items():
        _guard(table, OF_REPORT.format(table=table, column=column))
    for table in SIGNED_ONLY:
        _guard(table, SIGNED)
    # What is published is for everybody to read.
    _guard("alert", SIGNED, seen="true")
    op.execute(f"GRANT INSERT ON media, report_message TO {WEB}")
    op.execute(f"GRANT SELECT (size) ON media TO {WEB}")
    op.execute(f"GRANT UPDATE (turn) ON inbox TO {WEB}")


def _guard(table: str, condition: str, *, seen: str | None = None) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY bot ON {table} TO {BOT} USING (true) WITH CHECK (true)")
    op.execute(
        f"CREATE POLICY scope ON {table} TO {WEB} USING ({seen or condition})"
        f" WITH CHECK ({condition})"
    )


def downgrade() -> None:
    """Take them away again."""
    op.execute(f"REVOKE INSERT ON media, report_message FROM {WEB}")
    op.execute(f"REVOKE SELECT (size) ON media FROM {WEB}")  # noqa: S608 - a name of ours
    op.execute(f"REVOKE UPDATE (turn) ON inbox FROM {WEB}")
    for table in (*CHILDREN, *SIGNED_ONLY, "alert"):
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        for policy in ("bot", "scope"):
            op.execute(f"DROP POLICY {policy} ON {table}")
