"""Chain what was done into an audit, say how long everything is kept, and let it go when it is due."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
JSONB = postgresql.JSONB(astext_type=sa.Text())
ROLES = ("beatway_web", "beatway_bot")
# What is only ever added to and covered by the audit: who did it, and what it is called.
COVERED = {
    "boundary_audit": ("actor", "kind"),
    "boundary_activation": ("actor", "-"),
    "roster_audit": ("actor", "kind"),
    "gazetteer_change": ("actor", "what"),
    "triage_version": ("made_by", "-"),
    "triage_activation": ("actor", "-"),
    "dispatch_version": ("made_by", "-"),
    "dispatch_activation": ("actor", "-"),
    "service_change": ("actor", "-"),
    "identity_reveal": ("login", "-"),
    "purge_record": ("actor", "content"),
}
ADDED_ONLY = ("audit", "audit_link", "purge_record")

# One line of the chain: app/audit.py makes the same without the database.
LINE = """
CREATE FUNCTION audit_line(
    place bigint, at timestamptz, actor text, kind text, subject text, detail jsonb
) RETURNS text LANGUAGE sql IMMUTABLE SET timezone = 'UTC' AS $$
    SELECT jsonb_build_array(
        place, to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), actor, kind, subject, detail)::text
$$
"""

# Deferred: the lock is the last that a transaction takes, and held for its commit alone.
CHAIN = """
CREATE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    last_place bigint;
    last_hash bytea;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('beatway audit'));
    SELECT position, hash INTO last_place, last_hash
      FROM audit_link ORDER BY position DESC LIMIT 1;
    last_place := coalesce(last_place, 0) + 1;
    last_hash := coalesce(last_hash, decode(repeat('00', 32), 'hex'));
    INSERT INTO audit_link (position, audit_id, hash)
    VALUES (last_place, NEW.id, sha256(last_hash || convert_to(audit_line(
        last_place, NEW.at, NEW.actor, NEW.kind, NEW.subject, NEW.detail), 'UTF8')));
    RETURN NULL;
END $$
"""

NOTE = """
CREATE FUNCTION audit_note(actor text, kind text, subject text, detail jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    INSERT INTO audit (actor, kind, subject, detail) VALUES ($1, $2, $3, $4)
$$
"""

DIGEST = """
CREATE FUNCTION audit_digest(kept jsonb, columns jsonb) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT encode(sha256(convert_to(
        (SELECT jsonb_object_agg(name, kept -> name)::text
           FROM jsonb_array_elements_text(columns) AS each(name)), 'UTF8')), 'hex')
$$
"""

# Of the row there is only its digest in the audit, over the columns it had then.
COVER = """
CREATE FUNCTION audit_cover() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public SET timezone = 'UTC' AS $$
DECLARE
    kept jsonb := to_jsonb(NEW);
    columns jsonb := (SELECT jsonb_agg(name ORDER BY name) FROM jsonb_object_keys(kept) AS n(name));
BEGIN
    INSERT INTO audit (actor, kind, subject, detail) VALUES (
        coalesce(kept ->> TG_ARGV[0], 'system'),
        TG_TABLE_NAME || '.' || coalesce(kept ->> TG_ARGV[1], 'added'),
        kept ->> 'id',
        jsonb_build_object('columns', columns, 'sha256', audit_digest(kept, columns)));
    RETURN NULL;
END $$
"""

STAFF = """
CREATE FUNCTION audit_staff() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    old_row jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) ELSE '{}' END;
    new_row jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) ELSE '{}' END;
    changed jsonb := (
        SELECT jsonb_agg(replace(name, '_hash', '') ORDER BY name)
          FROM jsonb_object_keys(old_row || new_row) AS n(name)
         WHERE old_row -> name IS DISTINCT FROM new_row -> name);
BEGIN
    IF changed IS NOT NULL THEN
        INSERT INTO audit (actor, kind, subject, detail) VALUES (
            'system', 'staff.' || CASE TG_OP WHEN 'INSERT' THEN 'added' WHEN 'UPDATE' THEN 'changed'
                                             ELSE 'removed' END,
            coalesce(new_row ->> 'login', old_row ->> 'login'),
            jsonb_build_object(
                'changed', changed,
                'role', coalesce(new_row, old_row) -> 'role',
                'precinct', coalesce(new_row, old_row) -> 'precinct_code',
                'active', coalesce(new_row, old_row) -> 'active'));
    END IF;
    RETURN NULL;
END $$
"""

# What somebody typed who is not of the staff may be anything: it is not kept.
LOGIN = """
CREATE FUNCTION audit_login() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    who text;
BEGIN
    IF TG_TABLE_NAME = 'login_attempt' THEN
        SELECT login INTO who FROM staff WHERE login = NEW.login;
    ELSE
        SELECT login INTO who FROM staff WHERE id = NEW.staff_id;
    END IF;
    IF who IS NOT NULL THEN
        INSERT INTO audit (actor, kind, subject) VALUES (who, TG_ARGV[0], who);
    END IF;
    RETURN NULL;
END $$
"""

# What an event says is committed to beside a salt. Without words and salt the commitment tells
# nothing of them, and the audit of the history still holds.
SEAL = """
CREATE FUNCTION seal_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.salt := uuid_send(gen_random_uuid());
    NEW.seal := sha256(NEW.salt || convert_to(
        jsonb_build_array(NEW.before, NEW.after, NEW.note)::text, 'UTF8'));
    RETURN NEW;
END $$
"""

EVENT_LINE = """
CREATE FUNCTION event_line(event report_event) RETURNS text
LANGUAGE sql STABLE SET timezone = 'UTC' AS $$
    SELECT jsonb_build_array(event.id, event.report_id, event.version,
        to_char(event.at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), event.actor, event.kind,
        event.precincts, encode(event.seal, 'hex'))::text
$$
"""

# Ids are given before they are seen: a batch ends where every transaction has ended that may yet
# add an id below it. In a database restored elsewhere, transactions are counted anew.
SEAL_HISTORY = """
CREATE FUNCTION audit_seal_history(most integer) RETURNS integer LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    mark audit_history_mark%ROWTYPE;
    first_id bigint;
    last_id bigint;
    counted bigint;
    digest text;
BEGIN
    SELECT * INTO mark FROM audit_history_mark FOR UPDATE SKIP LOCKED;
    IF NOT FOUND OR NOT EXISTS (SELECT FROM report_event WHERE id > mark.sealed_to) THEN
        RETURN 0;
    END IF;
    IF mark.pending_id <= mark.sealed_to
       OR mark.pending_xact > pg_snapshot_xmax(pg_current_snapshot()) THEN
        UPDATE audit_history_mark
           SET pending_id = (SELECT coalesce(max(id), 0) FROM report_event),
               pending_xact = pg_snapshot_xmax(pg_current_snapshot());
        RETURN 0;
    END IF;
    IF mark.pending_xact > pg_snapshot_xmin(pg_current_snapshot()) THEN
        RETURN 0;
    END IF;
    SELECT count(*), min(id), max(id), encode(sha256(convert_to(
               string_agg(event_line(e.*::report_event), E'\\n' ORDER BY id), 'UTF8')), 'hex')
      INTO counted, first_id, last_id, digest
      FROM (SELECT * FROM report_event
             WHERE id > mark.sealed_to AND id <= mark.pending_id ORDER BY id LIMIT most) AS e;
    IF counted = 0 THEN
        UPDATE audit_history_mark SET sealed_to = pending_id;
        RETURN 0;
    END IF;
    INSERT INTO audit (actor, kind, subject, detail) VALUES ('system', 'history.sealed', NULL,
        jsonb_build_object('from', mark.sealed_to + 1, 'to', last_id, 'count', counted,
                           'sha256', digest));
    UPDATE audit_history_mark SET sealed_to = last_id;
    RETURN counted;
END $$
"""

# What is left of one side of an event: codes and counts, and what is not due yet. Whatever is not
# named here goes with the words, so that what comes to be written later goes too.
HISTORY_KEPT = """
CREATE FUNCTION history_kept(doc jsonb, words boolean, place boolean) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
    facts CONSTANT text[] := '{number,status,category,category_by,by,priority,response,danger,'
        'placement,assignment,sorting,decision,proposed_move,kind,precinct,beat,district,'
        'boundary_set,reason,confirmed,officer_id,desk,rung,step,deadline,late,stars,media,message,'
        'to,of,version}';
    places CONSTANT text[] := '{lon,lat,accuracy_m,label,distance_m,share,candidates,said}';
BEGIN
    IF jsonb_typeof(doc) = 'object' THEN
        RETURN (
            SELECT coalesce(jsonb_object_agg(name,
                CASE WHEN jsonb_typeof(value) IN ('object', 'array')
                     THEN history_kept(value, words, place) ELSE value END), '{}')
              FROM jsonb_each(doc) AS each(name, value)
             WHERE CASE WHEN name = ANY (places) THEN NOT place
                        ELSE NOT words OR name = ANY (facts) END);
    ELSIF jsonb_typeof(doc) = 'array' AND jsonb_path_exists(doc, '$[*] ? (@.type() == "object" || @.type() == "array")') THEN
        RETURN (
            SELECT jsonb_agg(history_kept(value, words, place) ORDER BY nth)
              FROM jsonb_array_elements(doc) WITH ORDINALITY AS each(value, nth));
    END IF;
    RETURN doc;
END $$
"""

# History is only added to. But when a report's words or place are gone, touching an event lets go
# of them there too; what is left is for this function alone to say.
LET_GO = """
CREATE FUNCTION refuse_all_but_letting_go() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    gone integer;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT purged INTO gone FROM report
         WHERE id = OLD.report_id AND closed_at IS NOT NULL;
        IF gone & 5 <> 0
           AND (NEW.id, NEW.xact, NEW.report_id, NEW.version, NEW.at, NEW.actor, NEW.kind,
                NEW.before, NEW.after, NEW.note, NEW.precincts, NEW.seal)
               IS NOT DISTINCT FROM
               (OLD.id, OLD.xact, OLD.report_id, OLD.version, OLD.at, OLD.actor, OLD.kind,
                OLD.before, OLD.after, OLD.note, OLD.precincts, OLD.seal)
           AND NEW.salt IS NULL
        THEN
            NEW.before := history_kept(OLD.before, gone & 1 <> 0, gone & 4 <> 0);
            NEW.after := history_kept(OLD.after, gone & 1 <> 0, gone & 4 <> 0);
            IF gone & 1 <> 0 THEN
                NEW.note := NULL;
            END IF;
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% of % is refused: its rows are only ever added', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$
"""

FUNCTIONS = (
    LINE, CHAIN, NOTE, DIGEST, COVER, STAFF, LOGIN, SEAL, EVENT_LINE, SEAL_HISTORY, HISTORY_KEPT,
    LET_GO,
)  # fmt: skip


class Xid8(sa.types.UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """Return the type's name in DDL."""
        return "xid8"


def _at(name: str) -> sa.Column[object]:
    return sa.Column(name, TIME, server_default=sa.text("clock_timestamp()"), nullable=False)


def _number(name: str = "id") -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), sa.Identity(always=True), nullable=False)


def _tables() -> None:
    op.create_table(
        "audit",
        _number(),
        _at("at"),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("detail", JSONB, server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_at"), "audit", ["at"])
    op.create_table(
        "audit_link",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("audit_id", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_link_audit_id")),
        sa.UniqueConstraint("audit_id", name=op.f("uq_audit_link_audit_id")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_link")),
    )
    op.create_table(
        "audit_history_mark",
        sa.Column("singleton", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("sealed_to", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("pending_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("pending_xact", Xid8(), server_default="0", nullable=False),
        sa.CheckConstraint("singleton", name=op.f("ck_audit_history_mark_one_row")),
        sa.PrimaryKeyConstraint("singleton", name=op.f("pk_audit_history_mark")),
    )
    op.execute("INSERT INTO audit_history_mark DEFAULT VALUES")
    op.create_table(
        "retention_rule",
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("privacy_class", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("former_days", sa.Integer(), nullable=True),
        sa.Column("effective_at", TIME, nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.CheckConstraint(
            "days BETWEEN 1 AND 36500 AND former_days BETWEEN 1 AND 36500",
            name=op.f("ck_retention_rule_days"),
        ),
        sa.PrimaryKeyConstraint("content", "privacy_class", name=op.f("pk_retention_rule")),
    )
    op.create_table(
        "report_hold",
        _number(),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        _at("placed_at"),
        sa.Column("placed_by", sa.String(), nullable=False),
        sa.Column("lifted_at", TIME, nullable=True),
        sa.Column("lifted_by", sa.String(), nullable=True),
        sa.CheckConstraint(
            "num_nonnulls(lifted_at, lifted_by) IN (0, 2)", name=op.f("ck_report_hold_lifted")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_report_hold_report_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_hold")),
    )
    op.create_index(
        "ix_report_hold_open",
        "report_hold",
        ["report_id"],
        unique=True,
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_table(
        "purge_record",
        _number(),
        sa.Column("run", sa.Uuid(), nullable=False),
        _at("at"),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("privacy_class", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("oldest", TIME, nullable=False),
        sa.Column("newest", TIME, nullable=False),
        sa.CheckConstraint("count > 0", name=op.f("ck_purge_record_count")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purge_record")),
    )
    op.create_index(op.f("ix_purge_record_run"), "purge_record", ["run"])


def upgrade() -> None:
    """Add the audit, the rules of keeping, holds and records; cover what is there already."""
    _tables()
    op.add_column("report_event", sa.Column("salt", sa.LargeBinary(), nullable=True))
    op.add_column("report_event", sa.Column("seal", sa.LargeBinary(), nullable=True))
    # Which of words (1), files (2) and place (4) are gone.
    op.add_column(
        "report", sa.Column("purged", sa.SmallInteger(), server_default="0", nullable=False)
    )
    op.create_index(
        "ix_report_to_purge",
        "report",
        ["closed_at", "id"],
        postgresql_where=sa.text("closed_at IS NOT NULL AND purged <> 7"),
    )
    # Whether a message is still referred to is asked of each that is to go.
    for table in ("officer_task", "desk_topic"):
        op.create_index(op.f(f"ix_{table}_outbox_id"), table, ["outbox_id"])
    for function in FUNCTIONS:
        op.execute(function)
    op.execute("DROP TRIGGER append_only ON report_event")
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON report_event"
        " FOR EACH ROW EXECUTE FUNCTION refuse_all_but_letting_go()"
    )
    op.execute(
        "CREATE TRIGGER seal_event BEFORE INSERT ON report_event"
        " FOR EACH ROW EXECUTE FUNCTION seal_event()"
    )
    for table in ADDED_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        "CREATE CONSTRAINT TRIGGER audit_chain AFTER INSERT ON audit"
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_chain()"
    )
    for table, (actor, kind) in COVERED.items():
        op.execute(
            f"CREATE TRIGGER audit_cover AFTER INSERT ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION audit_cover('{actor}', '{kind}')"
        )
        _cover_what_is_there(table, actor, kind)
    op.execute(
        "CREATE TRIGGER audit_staff AFTER INSERT OR UPDATE OR DELETE ON staff"
        " FOR EACH ROW EXECUTE FUNCTION audit_staff()"
    )
    for table, kind in (
        ("staff_session", "login"),
        ("staff_token", "token.made"),
        ("login_attempt", "login.tried"),
    ):
        op.execute(
            f"CREATE TRIGGER audit_login AFTER INSERT ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION audit_login('{kind}')"
        )
    for role in ROLES:
        op.execute(f"GRANT SELECT ON audit, audit_link, purge_record TO {role}")
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON retention_rule, report_hold TO {role}")
        op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")
    op.execute("GRANT INSERT ON purge_record TO beatway_bot")
    op.execute("GRANT UPDATE (salt) ON report_event TO beatway_bot")
    op.execute(
        "GRANT SELECT, UPDATE, DELETE ON staff_notice, place_feedback, geocode_answer TO beatway_bot"
    )


def _cover_what_is_there(table: str, actor: str, kind: str) -> None:
    named = "added" if kind == "-" else f"' || t.{kind} || '"
    columns = (
        "(SELECT jsonb_agg(name ORDER BY name) FROM jsonb_object_keys(to_jsonb(t)) AS n(name))"
    )
    op.execute("SET LOCAL timezone = 'UTC'")
    op.execute(
        "INSERT INTO audit (actor, kind, subject, detail)"  # noqa: S608
        f" SELECT t.{actor}, '{table}.{named}', t.id::text, jsonb_build_object("
        f"'columns', {columns}, 'sha256', audit_digest(to_jsonb(t), {columns}))"
        f" FROM {table} AS t ORDER BY t.id"
    )


def downgrade() -> None:
    """Take the audit and the rules away; what is gone stays gone."""
    for table in COVERED:
        op.execute(f"DROP TRIGGER audit_cover ON {table}")
    op.execute("DROP TRIGGER audit_staff ON staff")
    for table in ("staff_session", "staff_token", "login_attempt"):
        op.execute(f"DROP TRIGGER audit_login ON {table}")
    op.execute("DROP TRIGGER seal_event ON report_event")
    op.execute("DROP TRIGGER append_only ON report_event")
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON report_event"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    for function in (
        "audit_seal_history(integer)",
        "event_line(report_event)",
        "seal_event()",
        "refuse_all_but_letting_go()",
        "history_kept(jsonb, boolean, boolean)",
        "audit_login()",
        "audit_staff()",
        "audit_cover()",
        "audit_digest(jsonb, jsonb)",
        "audit_note(text, text, text, jsonb)",
    ):
        op.execute(f"DROP FUNCTION {function}")
    for table in ("officer_task", "desk_topic"):
        op.drop_index(op.f(f"ix_{table}_outbox_id"), table_name=table)
    op.drop_index("ix_report_to_purge", table_name="report")
    op.drop_column("report", "purged")
    op.drop_column("report_event", "seal")
    op.drop_column("report_event", "salt")
    for table in (
        "purge_record",
        "report_hold",
        "retention_rule",
        "audit_history_mark",
        "audit_link",
        "audit",
    ):
        op.drop_table(table)
    op.execute("DROP FUNCTION audit_chain()")
    op.execute("DROP FUNCTION audit_line(bigint, timestamptz, text, text, text, jsonb)")
