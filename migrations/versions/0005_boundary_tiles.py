"""Keep the vector tiles of boundary sets."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ROLES = ("beatway_web", "beatway_bot")


def upgrade() -> None:
    """Create the tables; whoever puts a set in force, or serves it, makes its tiles."""
    op.create_table(
        "boundary_tileset",
        sa.Column("boundary_set_id", sa.Integer(), nullable=False),
        sa.Column("max_zoom", sa.SmallInteger(), nullable=False),
        sa.Column(
            "baked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["boundary_set_id"],
            ["boundary_set.id"],
            name=op.f("fk_boundary_tileset_boundary_set_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("boundary_set_id", name=op.f("pk_boundary_tileset")),
    )
    op.create_table(
        "boundary_tile",
        sa.Column("boundary_set_id", sa.Integer(), nullable=False),
        sa.Column("layer", sa.String(), nullable=False),
        sa.Column("z", sa.SmallInteger(), nullable=False),
        sa.Column("x", sa.Integer(), nullable=False),
        sa.Column("y", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("layer IN ('precincts', 'beats')", name=op.f("ck_boundary_tile_layer")),
        sa.ForeignKeyConstraint(
            ["boundary_set_id"],
            ["boundary_tileset.boundary_set_id"],
            name=op.f("fk_boundary_tile_boundary_set_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "boundary_set_id", "layer", "z", "x", "y", name=op.f("pk_boundary_tile")
        ),
    )
    for role in ROLES:
        op.execute(f"GRANT SELECT, INSERT, DELETE ON boundary_tileset, boundary_tile TO {role}")


def downgrade() -> None:
    """Drop them; the tiles are made again where they are missed."""
    op.drop_table("boundary_tile")
    op.drop_table("boundary_tileset")
