"""Keep the gazetteer: streets, houses, crossings and landmarks; and places offered to citizens."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = ("gazetteer_crossing", "gazetteer_house", "gazetteer_landmark", "gazetteer_street")
JSONB = postgresql.JSONB(astext_type=sa.Text())


def _place(kind: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column("geom", Geometry(kind, srid=4326, spatial_index=False), nullable=nullable)


def upgrade() -> None:
    """Add the tables, what a report was offered, and grants."""
    op.create_table(
        "gazetteer_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_gazetteer_revision_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gazetteer_revision")),
    )
    op.execute("INSERT INTO gazetteer_revision VALUES (1, 0)")
    op.create_table(
        "gazetteer_street",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("names", JSONB, nullable=False),
        sa.Column("label", JSONB, nullable=False),
        _place("GEOMETRY", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gazetteer_street")),
        sa.UniqueConstraint("key", name=op.f("uq_gazetteer_street_key")),
    )
    op.create_table(
        "gazetteer_house",
        sa.Column("street_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        _place("POINT"),
        sa.ForeignKeyConstraint(
            ["street_id"],
            ["gazetteer_street.id"],
            name=op.f("fk_gazetteer_house_street_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("street_id", "number", name=op.f("pk_gazetteer_house")),
    )
    op.create_table(
        "gazetteer_crossing",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("street_a", sa.Integer(), nullable=False),
        sa.Column("street_b", sa.Integer(), nullable=False),
        _place("POINT"),
        *(
            sa.ForeignKeyConstraint(
                [column],
                ["gazetteer_street.id"],
                name=op.f(f"fk_gazetteer_crossing_{column}"),
                ondelete="CASCADE",
            )
            for column in ("street_a", "street_b")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gazetteer_crossing")),
    )
    op.create_table(
        "gazetteer_landmark",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("names", JSONB, nullable=False),
        sa.Column("label", JSONB, nullable=False),
        _place("POINT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gazetteer_landmark")),
        sa.UniqueConstraint("key", name=op.f("uq_gazetteer_landmark_key")),
    )
    op.add_column("report", sa.Column("place_offers", JSONB, nullable=True))
    for role in ("beatway_web", "beatway_bot"):
        op.execute(f"GRANT SELECT ON {', '.join(TABLES)}, gazetteer_revision TO {role}")


def downgrade() -> None:
    """Remove them; the files they came from can be imported again."""
    op.drop_column("report", "place_offers")
    for table in (*TABLES, "gazetteer_revision"):
        op.drop_table(table)
