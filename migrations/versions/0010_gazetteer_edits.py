"""Keep what staff correct in the gazetteer apart from what files say, and what people chose."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

JSONB = postgresql.JSONB(astext_type=sa.Text())
ONE_OF = "kind IN ('street', 'landmark')"


def _correction() -> None:
    op.create_table(
        "gazetteer_correction",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("house", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", JSONB, nullable=False),
        sa.CheckConstraint(ONE_OF, name=op.f("ck_gazetteer_correction_kind")),
        sa.PrimaryKeyConstraint("kind", "key", "house", name=op.f("pk_gazetteer_correction")),
    )
    op.create_table(
        "gazetteer_change",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("house", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body_before", JSONB, nullable=False),
        sa.Column("before", JSONB, nullable=True),
        sa.Column("after", JSONB, nullable=True),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.CheckConstraint(ONE_OF, name=op.f("ck_gazetteer_change_kind")),
        sa.ForeignKeyConstraint(
            ["undoes"], ["gazetteer_change.id"], name=op.f("fk_gazetteer_change_undoes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gazetteer_change")),
    )
    op.create_index("ix_gazetteer_change_thing", "gazetteer_change", ["kind", "key", "id"])
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON gazetteer_change"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON gazetteer_change"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def _feedback() -> None:
    op.create_table(
        "place_feedback",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        # Counts a report once; it leads to nobody: a report knows its reporter by a pseudonym.
        sa.Column("report_id", sa.BigInteger(), nullable=True),
        sa.Column("fragment", sa.String(), nullable=False),
        sa.Column("is_street", sa.Boolean(), nullable=False),
        sa.Column("offered", JSONB, nullable=False),
        sa.Column("chosen_kind", sa.String(), nullable=True),
        sa.Column("chosen_key", sa.String(), nullable=True),
        sa.Column("chosen_label", sa.String(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("chosen_by", sa.String(), nullable=False),
        sa.CheckConstraint(
            "chosen_by IN ('citizen', 'desk')", name=op.f("ck_place_feedback_chosen_by")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["report.id"],
            name=op.f("fk_place_feedback_report_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_feedback")),
        sa.UniqueConstraint(
            "report_id", "fragment", name=op.f("uq_place_feedback_report_id_fragment")
        ),
    )
    op.create_index("ix_place_feedback_at", "place_feedback", ["at"])
    op.create_table(
        "alias_decision",
        sa.Column("fragment", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["change_id"], ["gazetteer_change.id"], name=op.f("fk_alias_decision_change_id")
        ),
        sa.PrimaryKeyConstraint("fragment", "kind", "key", name=op.f("pk_alias_decision")),
    )


def upgrade() -> None:
    """Add the tables and grants."""
    op.add_column(
        "gazetteer_revision",
        sa.Column("imported", sa.Integer(), server_default="0", nullable=False),
    )
    op.execute("UPDATE gazetteer_revision SET imported = revision")
    _correction()
    _feedback()
    op.execute("GRANT SELECT ON gazetteer_correction TO beatway_web, beatway_bot")
    op.execute("GRANT INSERT, UPDATE ON gazetteer_correction TO beatway_web")
    op.execute("GRANT SELECT, INSERT ON gazetteer_change TO beatway_web")
    # Landmarks that staff add; what a file says only its import changes.
    op.execute("GRANT INSERT ON gazetteer_landmark TO beatway_web")
    op.execute("GRANT UPDATE (revision) ON gazetteer_revision TO beatway_web")
    op.execute("GRANT SELECT, INSERT, UPDATE ON place_feedback TO beatway_web, beatway_bot")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON alias_decision TO beatway_web")


def downgrade() -> None:
    """Remove them, and the landmarks that staff added with them."""
    op.execute("DROP TABLE alias_decision, place_feedback, gazetteer_change, gazetteer_correction")
    op.execute("REVOKE INSERT ON gazetteer_landmark FROM beatway_web")
    op.execute("REVOKE UPDATE (revision) ON gazetteer_revision FROM beatway_web")
    op.execute("DELETE FROM gazetteer_landmark WHERE key LIKE 'staff:%'")
    op.drop_column("gazetteer_revision", "imported")
