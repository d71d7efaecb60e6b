"""Let the database itself defend what must never happen: see "Invariants" in docs/glossary.md."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# A sequence a year: numbers start again on 1 January and no two transactions wait for each other.
# The price is a gap in the numbers where a transaction was undone.
NEXT_NUMBER = """
CREATE FUNCTION next_report_number(year integer) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    sequence text := format('public.report_number_%s', year);
BEGIN
    IF to_regclass(sequence) IS NULL THEN
        PERFORM pg_advisory_xact_lock(hashtext('report number'), year);
        EXECUTE format('CREATE SEQUENCE IF NOT EXISTS %s', sequence);
    END IF;
    RETURN format('%s-%s', year, lpad(nextval(sequence)::text, 6, '0'));
END $$
"""

REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: its rows are only ever added', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$
"""

REFUSE_APPROVED = """
CREATE FUNCTION refuse_change_of_approved() RETURNS trigger LANGUAGE plpgsql AS $$
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

REFUSE_UNAPPROVAL = """
CREATE FUNCTION refuse_unapproval() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'approved' THEN
        RAISE EXCEPTION 'boundary set % is approved and never changes', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$
"""

NOTIFY = """
CREATE FUNCTION notify_readers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('beatway_' || TG_TABLE_NAME, '');
    RETURN NULL;
END $$
"""

# Roles belong to the whole server: another database of it may have made them, even right now.
ROLE = """
DO $$
BEGIN
    CREATE ROLE {role} NOLOGIN;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
    WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'may not create role {role}'
            USING HINT = 'Let an administrator run: CREATE ROLE {role} NOLOGIN; '
                         'GRANT {role} TO ' || current_user;
END $$
"""

JOIN_ROLE = """
DO $$
BEGIN
    IF NOT pg_has_role(current_user, '{role}', 'MEMBER') THEN
        EXECUTE format('GRANT {role} TO %I', current_user);
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""

APPEND_ONLY = ("report_event", "boundary_activation")

# Everything both roles need; what only the bot may read stands in BOT_ONLY.
SHARED = (
    "boundary_set", "district", "boundary_in_force", "boundary_activation",
    "officer", "posting", "shift", "reporter", "report", "report_message", "media", "outbox",
    "staff", "staff_session", "staff_token", "login_attempt", "idempotent_request",
    "installation", "alembic_version",
)  # fmt: skip
BOT_ONLY = ("identity", "inbox")


def upgrade() -> None:
    """Create functions, triggers, roles and grants."""
    for statement in (NEXT_NUMBER, REFUSE_CHANGE, REFUSE_APPROVED, REFUSE_UNAPPROVAL, NOTIFY):
        op.execute(statement)
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        "CREATE TRIGGER never_changes BEFORE INSERT OR UPDATE OR DELETE ON district"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change_of_approved()"
    )
    op.execute(
        "CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON boundary_set"
        " FOR EACH ROW EXECUTE FUNCTION refuse_unapproval()"
    )
    for table in ("report_event", "inbox", "outbox"):
        op.execute(
            f"CREATE TRIGGER notify_readers AFTER INSERT ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION notify_readers()"
        )
    for role in ("beatway_web", "beatway_bot"):
        op.execute(ROLE.format(role=role))
        op.execute(JOIN_ROLE.format(role=role))
        op.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(SHARED)} TO {role}")
        op.execute(f"GRANT SELECT, INSERT ON report_event TO {role}")
        op.execute(f"REVOKE UPDATE, DELETE ON boundary_activation FROM {role}")
        op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(BOT_ONLY)} TO beatway_bot")
    # The webhook stores what it may not read back.
    op.execute("GRANT INSERT ON inbox TO beatway_web")


def downgrade() -> None:
    """Drop what upgrade made; the roles stay, other databases may use them."""
    for role in ("beatway_web", "beatway_bot"):
        op.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
        op.execute(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {role}")
        op.execute(f"REVOKE ALL ON SCHEMA public FROM {role}")
    for function in (
        "notify_readers()",
        "refuse_unapproval()",
        "refuse_change_of_approved()",
        "refuse_change()",
        "next_report_number(integer)",
    ):
        op.execute(f"DROP FUNCTION {function} CASCADE")
