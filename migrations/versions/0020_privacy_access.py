"""Let the database itself tell whose reports a connection of the web may see, and who was shown a citizen."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

WEB, BOT = "beatway_web", "beatway_bot"
TIME = sa.DateTime(timezone=True)

# What a process of the web says of itself, signed with a key that no connection of the web can
# read. Nothing, where it is not signed, too old, or not understood.
CLAIM = """
CREATE FUNCTION scope_claim() RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    said text := current_setting('beatway.scope', true);
    words text;
    pads record;
    claim jsonb;
BEGIN
    IF said IS NULL OR said !~ '^[0-9a-f]{16}[.][0-9a-f]{64}[.]' THEN
        RETURN NULL;
    END IF;
    words := substr(said, 83);
    SELECT inner_pad, outer_pad INTO pads FROM secret_key
     WHERE id = decode(left(said, 16), 'hex') AND retired_at IS NULL;
    IF NOT FOUND OR substr(said, 18, 64) <> encode(
        sha256(pads.outer_pad || sha256(pads.inner_pad || convert_to(words, 'UTF8'))), 'hex')
    THEN
        RETURN NULL;
    END IF;
    claim := words::jsonb;
    IF (claim ->> 'until')::float8 < extract(epoch FROM clock_timestamp()) THEN
        RETURN NULL;
    END IF;
    RETURN claim;
END $$
"""
# '*' is every precinct, an empty string what is in none.
PRECINCTS = """
CREATE FUNCTION scope_precincts() RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    seen jsonb := coalesce(scope_claim() -> 'sees', '[]');
BEGIN
    RETURN ARRAY(SELECT jsonb_array_elements_text(seen));
END $$
"""
SEES_ALL = """
CREATE FUNCTION scope_sees_all() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN coalesce(scope_claim() -> 'sees' ? '*', false);
END $$
"""
IS_SIGNED = """
CREATE FUNCTION scope_is_signed() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN scope_claim() IS NOT NULL;
END $$
"""
MAY_LOG_IN = """
CREATE FUNCTION scope_may_log_in() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN coalesce((scope_claim() ->> 'login')::boolean, false);
END $$
"""

# Box and precincts in one place, because an index on places is not used below a row policy: the
# operator might tell of rows that the policy hides. Here the policy is part of the statement.
REPORTS_IN = """
CREATE FUNCTION reports_in(west float8, south float8, east float8, north float8)
RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public ROWS 100 AS $$
DECLARE
    seen text[] := scope_precincts();
BEGIN
    RETURN QUERY SELECT r.id FROM report r
     WHERE r.place && ST_MakeEnvelope(west, south, east, north, 4326)
       AND ('*' = ANY (seen) OR coalesce(r.precinct_code, '') = ANY (seen));
END $$
"""

# The row that tells who asked is there before anything is shown, in the same transaction; what is
# shown is sealed. Who asks is taken from the signed words, never from a parameter.
REVEAL = """
CREATE FUNCTION reveal_identity(wanted text, why text, most integer, within interval)
RETURNS TABLE (outcome text, sealed bytea, reveal_id bigint, retry_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    claim jsonb := scope_claim();
    who staff%ROWTYPE;
    about record;
    recent integer;
    oldest timestamptz;
    made bigint;
    body bytea;
BEGIN
    SELECT * INTO who FROM staff WHERE id = (claim ->> 'staff')::integer AND active;
    IF NOT FOUND OR who.role NOT IN ('desk', 'admin') THEN
        RETURN QUERY SELECT 'forbidden', NULL::bytea, NULL::bigint, NULL::timestamptz;
        RETURN;
    END IF;
    IF length(btrim(why)) < 10 THEN
        RETURN QUERY SELECT 'no_reason', NULL::bytea, NULL::bigint, NULL::timestamptz;
        RETURN;
    END IF;
    SELECT r.id, r.reporter_id, r.precinct_code INTO about FROM report r
     WHERE r.number = wanted
       AND (who.precinct_code IS NULL OR who.role = 'admin'
            OR coalesce(r.precinct_code, who.precinct_code) = who.precinct_code);
    IF NOT FOUND THEN
        RETURN QUERY SELECT 'no_report', NULL::bytea, NULL::bigint, NULL::timestamptz;
        RETURN;
    END IF;
    -- One at a time for each person, so that nobody slips past the limit.
    PERFORM pg_advisory_xact_lock(hashtext('beatway reveal'), who.id);
    SELECT count(*), min(at) INTO recent, oldest FROM identity_reveal
     WHERE staff_id = who.id AND at > clock_timestamp() - within;
    IF recent >= most THEN
        RETURN QUERY SELECT 'too_many', NULL::bytea, NULL::bigint, oldest + within;
        RETURN;
    END IF;
    SELECT i.sealed INTO body FROM identity i WHERE i.reporter_id = about.reporter_id;
    INSERT INTO identity_reveal (report_id, precinct_code, staff_id, login, name, reason, found)
    VALUES (about.id, about.precinct_code, who.id, who.login, who.name, btrim(why),
            body IS NOT NULL)
    RETURNING id INTO made;
    RETURN QUERY SELECT CASE WHEN body IS NULL THEN 'unknown' ELSE 'found' END, body, made,
                        NULL::timestamptz;
END $$
"""

FUNCTIONS = {
    "scope_claim()": CLAIM,
    "scope_precincts()": PRECINCTS,
    "scope_sees_all()": SEES_ALL,
    "scope_is_signed()": IS_SIGNED,
    "scope_may_log_in()": MAY_LOG_IN,
    "reports_in(float8, float8, float8, float8)": REPORTS_IN,
    "reveal_identity(text, text, integer, interval)": REVEAL,
}
# Not for everybody to call: what it returns names who asks.
PRIVATE = "scope_claim()"

# Coalesced so that the planner takes half of the rows for seen, and not one in a hundred.
SEEN = "coalesce(ARRAY['*', coalesce({column}, '')]::text[] && (SELECT scope_precincts()), false)"
OF_REPORT = (
    "(SELECT scope_sees_all()) OR EXISTS (SELECT FROM report r WHERE r.id = {table}.{column})"
)
SIGNED = "(SELECT scope_is_signed())"

# Rows that belong to a report, and the column that says to which.
CHILDREN = {
    "media": "report_id",
    "report_message": "report_id",
    "report_event": "report_id",
    "rating": "report_id",
    "triage_label": "report_id",
    "officer_task": "report_id",
    "desk_topic": "report_id",
    "outbox": "report_id",
}
# Not of one precinct, but nothing that a connection without a scope has any business with: what
# of several precincts' reports is quoted in them, and by what somebody becomes somebody else.
SIGNED_ONLY = (
    "reporter", "staff_notice", "place_feedback", "idempotent_request", "desk_draft",
    "officer_chat", "officer_code", "staff_chat", "staff_code", "desk_chat", "desk_code",
)  # fmt: skip
GUARDED = (
    "report",
    "desk_handover",
    "staff",
    "staff_session",
    "staff_token",
    *CHILDREN,
    *SIGNED_ONLY,
)


def _guard(table: str, condition: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY bot ON {table} TO {BOT} USING (true) WITH CHECK (true)")
    op.execute(
        f"CREATE POLICY scope ON {table} TO {WEB} USING ({condition}) WITH CHECK ({condition})"
    )


def upgrade() -> None:
    """Add the keys, the policies, narrower grants, and the record of reveals."""
    _add_keys()
    _add_reveals()
    for signature, statement in FUNCTIONS.items():
        op.execute(statement)
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        if signature != PRIVATE:
            op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {WEB}, {BOT}")
    _guard("report", SEEN.format(column="precinct_code"))
    _guard("desk_handover", SEEN.format(column="desk"))
    _guard("identity_reveal", SEEN.format(column="precinct_code"))
    for table, column in CHILDREN.items():
        _guard(table, OF_REPORT.format(table=table, column=column))
    for table in SIGNED_ONLY:
        _guard(table, SIGNED)
    _guard_logins()
    _narrow_grants()


def _add_keys() -> None:
    op.create_table(
        "secret_key",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        # Of HMAC-SHA-256: what proves that a process of ours said whose reports it asks for.
        sa.Column("inner_pad", sa.LargeBinary(), nullable=False),
        sa.Column("outer_pad", sa.LargeBinary(), nullable=False),
        sa.Column("since", TIME, server_default=sa.text("now()"), nullable=False),
        sa.Column("retired_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_secret_key")),
    )
    op.execute(f"GRANT SELECT (id, since, retired_at) ON secret_key TO {WEB}, {BOT}")


def _add_reveals() -> None:
    op.create_table(
        "identity_reveal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", TIME, server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("precinct_code", sa.String(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("found", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_identity_reveal_report_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_reveal")),
    )
    op.create_index("ix_identity_reveal_staff_id_at", "identity_reveal", ["staff_id", "at"])
    op.create_index(op.f("ix_identity_reveal_report_id"), "identity_reveal", ["report_id"])
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON identity_reveal"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON identity_reveal"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(f"GRANT SELECT ON identity_reveal TO {WEB}, {BOT}")


def _guard_logins() -> None:
    """Only who has just checked a password may open a session; nobody makes a login here."""
    for table in ("staff", "staff_session", "staff_token"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY bot ON {table} TO {BOT} USING (true) WITH CHECK (true)")
        op.execute(f"CREATE POLICY known ON {table} FOR SELECT TO {WEB} USING (true)")
    login = "(SELECT scope_may_log_in())"
    op.execute(f"CREATE POLICY logged_in ON staff_session FOR INSERT TO {WEB} WITH CHECK ({login})")
    op.execute(f"CREATE POLICY used ON staff_session FOR UPDATE TO {WEB} USING (true)")
    op.execute(f"CREATE POLICY ended ON staff_session FOR DELETE TO {WEB} USING (true)")
    op.execute(
        f"CREATE POLICY renewed ON staff FOR UPDATE TO {WEB} USING ({login}) WITH CHECK ({login})"
    )
    op.execute(f"REVOKE INSERT, UPDATE, DELETE ON staff, staff_token FROM {WEB}, {BOT}")
    op.execute(f"REVOKE UPDATE ON staff_session FROM {WEB}")
    op.execute(f"GRANT UPDATE (seen_at) ON staff_session TO {WEB}")
    op.execute(f"GRANT UPDATE (password_hash) ON staff TO {WEB}")


def _narrow_grants() -> None:
    # A file's name is the citizen's choice and often their own name; who writes needs none of it.
    op.execute("REVOKE SELECT ON media FROM beatway_web")
    op.execute(f"GRANT SELECT (id, report_id, kind, file_id, mime) ON media TO {WEB}")
    op.execute(f"REVOKE INSERT, UPDATE, DELETE ON media, report_message FROM {WEB}")


def downgrade() -> None:
    """Take it all away again; who was shown whom is lost."""
    for table in GUARDED:
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        for policy in ("bot", "scope", "known", "logged_in", "used", "ended", "renewed"):
            op.execute(f"DROP POLICY IF EXISTS {policy} ON {table}")
    op.drop_table("identity_reveal")
    for signature in FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
    op.drop_table("secret_key")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON media, report_message TO {WEB}")
    op.execute(
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON staff, staff_session, staff_token TO {WEB}"
    )
    op.execute(f"GRANT INSERT, UPDATE, DELETE ON staff, staff_token TO {BOT}")
