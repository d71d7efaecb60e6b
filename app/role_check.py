"""Whether the roles that keep processes apart are there and of any use."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_ROLES = text("""
SELECT w.wanted AS name, r.rolcanlogin AS logs_in, r.rolsuper OR r.rolbypassrls AS sees_all,
       CASE WHEN r.oid IS NULL THEN NULL
            ELSE (SELECT count(*) FROM pg_class c
                   WHERE c.relowner = r.oid AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace)
       END AS owns
  FROM unnest(ARRAY['beatway_web', 'beatway_bot']) AS w(wanted)
  LEFT JOIN pg_roles r ON r.rolname = w.wanted
""")
_UNGUARDED = text("""
SELECT relname FROM pg_class
 WHERE relname IN ('report', 'report_event', 'outbox', 'media', 'report_message')
   AND relnamespace = 'public'::regnamespace AND NOT relrowsecurity
""")


async def role_faults(session: AsyncSession) -> list[str]:
    """Return what keeps the web's connections from being apart, a sentence each."""
    faults: list[str] = []
    for role in (await session.execute(_ROLES)).all():
        if role.owns is None:
            faults.append(f"There is no role {role.name}: CREATE ROLE {role.name} NOLOGIN.")
        elif role.sees_all or role.owns:
            faults.append(f"The role {role.name} owns tables or is a superuser: nothing binds it.")
        elif not role.logs_in:
            faults.append(
                f"The role {role.name} cannot log in by itself, so its process connects as the"
                " database's owner and only plays the role: see Deploy in docs/operations.md."
            )
    faults += [
        f"Rows of {name} are not guarded by precinct; run: beatway db upgrade"
        for name in (await session.execute(_UNGUARDED)).scalars()
    ]
    return faults
