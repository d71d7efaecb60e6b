"""Keep categories and rules in versions that never change, and what a report is known by."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
JSONB = postgresql.JSONB(astext_type=sa.Text())
ADDED_ONLY = ("triage_version", "category", "triage_activation", "triage_label", "triage_model")
ROLES = ("beatway_web", "beatway_bot")

# A version is written and comes into force in one transaction; from then on it is whole.
REFUSE_USED = """
CREATE FUNCTION refuse_addition_to_used() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM triage_activation WHERE triage_version_id = NEW.triage_version_id) THEN
        RAISE EXCEPTION 'triage version % has been in force and never changes',
            NEW.triage_version_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""


def _id(kind: sa.types.TypeEngine[int]) -> sa.Column[int]:
    return sa.Column("id", kind, sa.Identity(always=True), nullable=False)


def _at(name: str) -> sa.Column[object]:
    return sa.Column(name, TIME, server_default=sa.text("now()"), nullable=False)


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    """Add tables, columns of a report, triggers and grants."""
    op.create_table(
        "triage_version",
        _id(sa.Integer()),
        sa.Column("based_on", sa.Integer(), nullable=True),
        sa.Column("made_by", sa.String(), nullable=False),
        _at("made_at"),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("rules", JSONB, nullable=False),
        _to("triage_version", "based_on", "triage_version"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_triage_version")),
    )
    op.create_table(
        "category",
        sa.Column("triage_version_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("names", JSONB, nullable=False),
        sa.Column("questions", JSONB, nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("response", sa.String(), nullable=False),
        sa.Column("acknowledge_within_min", sa.Integer(), nullable=True),
        sa.Column("on_scene_within_min", sa.Integer(), nullable=True),
        sa.Column("precision", sa.String(), nullable=False),
        sa.Column("police", sa.Boolean(), nullable=False),
        sa.Column("service", sa.String(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("words", JSONB, nullable=False),
        sa.CheckConstraint(
            "response IN ('patrol', 'beat_officer', 'investigation_team', 'redirect', 'note')",
            name=op.f("ck_category_response"),
        ),
        sa.CheckConstraint(
            "precision IN ('exact', 'block', 'beat', 'none')", name=op.f("ck_category_precision")
        ),
        sa.CheckConstraint("priority BETWEEN 1 AND 5", name=op.f("ck_category_priority")),
        _to("category", "triage_version_id", "triage_version"),
        sa.PrimaryKeyConstraint("triage_version_id", "code", name=op.f("pk_category")),
    )
    op.create_table(
        "triage_model",
        _id(sa.Integer()),
        sa.Column("made_by", sa.String(), nullable=False),
        _at("made_at"),
        sa.Column("labels", sa.Integer(), nullable=False),
        sa.Column("score", JSONB, nullable=False),
        sa.Column("better", sa.Boolean(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_triage_model")),
    )
    op.create_table(
        "triage_in_force",
        sa.Column("singleton", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("triage_version_id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("singleton", name=op.f("ck_triage_in_force_one_row")),
        _to("triage_in_force", "triage_version_id", "triage_version"),
        _to("triage_in_force", "model_id", "triage_model"),
        sa.PrimaryKeyConstraint("singleton", name=op.f("pk_triage_in_force")),
    )
    op.create_table(
        "triage_activation",
        _id(sa.Integer()),
        sa.Column("triage_version_id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=True),
        _at("at"),
        sa.Column("actor", sa.String(), nullable=False),
        _to("triage_activation", "triage_version_id", "triage_version"),
        _to("triage_activation", "model_id", "triage_model"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_triage_activation")),
    )
    op.create_table(
        "triage_label",
        _id(sa.BigInteger()),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        _at("at"),
        sa.CheckConstraint("by IN ('citizen', 'staff')", name=op.f("ck_triage_label_by")),
        _to("triage_label", "report_id", "report"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_triage_label")),
    )
    op.create_index(op.f("ix_triage_label_report_id"), "triage_label", ["report_id"])
    op.add_column(
        "report", sa.Column("category_by", sa.String(), server_default="text", nullable=False)
    )
    op.create_check_constraint(
        op.f("ck_report_category_by"), "report", "category_by IN ('text', 'citizen', 'staff')"
    )
    op.add_column(
        "report", sa.Column("danger", sa.Boolean(), server_default="false", nullable=False)
    )
    op.add_column("report", sa.Column("triage", JSONB, nullable=True))
    op.execute(REFUSE_USED)
    op.execute(
        "CREATE TRIGGER never_added_to BEFORE INSERT ON category"
        " FOR EACH ROW EXECUTE FUNCTION refuse_addition_to_used()"
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
    for role in ROLES:
        op.execute(f"GRANT SELECT ON {', '.join(ADDED_ONLY)}, triage_in_force TO {role}")
        op.execute(f"GRANT INSERT ON triage_label TO {role}")
        op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")
    op.execute("GRANT INSERT ON triage_version, category, triage_activation TO beatway_web")
    op.execute("GRANT UPDATE ON triage_in_force TO beatway_web")


def downgrade() -> None:
    """Take all of it away; reports keep their category's code."""
    for column in ("triage", "danger", "category_by"):
        op.drop_column("report", column)
    for table in ("triage_label", "triage_activation", "triage_in_force", "triage_model"):
        op.drop_table(table)
    op.drop_table("category")
    op.drop_table("triage_version")
    op.execute("DROP FUNCTION refuse_addition_to_used()")
