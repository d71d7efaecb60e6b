"""Run migrations over one psycopg connection in one transaction."""

import psycopg
from alembic import context
from geoalchemy2 import alembic_helpers
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from app import dispatch_sets, triage_sets
from app.db import Role, conninfo_for
from app.models import Base


def run() -> None:
    """Migrate the database that the configuration names."""
    import_url = context.config.attributes["database_url"]
    conninfo = conninfo_for(import_url, Role.OWNER, "beatway migrate")
    engine = create_engine(
        "postgresql+psycopg://", poolclass=NullPool, creator=lambda: psycopg.connect(conninfo)
    )
    with engine.connect() as connection:
        # A migration that waits for a lock makes everything behind it wait too.
        connection.execute(text("SET lock_timeout = '10s'"))
        # Two processes that start at once migrate one after the other.
        connection.execute(text("SELECT pg_advisory_lock(hashtext('beatway migrate'))"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_object=alembic_helpers.include_object,
            process_revision_directives=alembic_helpers.writer,
            render_item=alembic_helpers.render_item,
        )
        with context.begin_transaction():
            context.run_migrations()
            # Not in a migration: the files are always of the newest schema.
            triage_sets.load_shipped_if_none(connection)
            dispatch_sets.load_shipped_if_none(connection)


run()
