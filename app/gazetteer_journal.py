"""What staff changed in the gazetteer, the newest first."""

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.gazetteer_entries import Stands
from app.gazetteer_shapes import ChangeView
from app.models import (
    GazetteerChange,
    GazetteerCorrection,
    GazetteerLandmark,
    GazetteerStreet,
)

PAGE = 50


async def changes(
    session: AsyncSession, *, of: Stands | None = None, before: int | None = None
) -> list[ChangeView]:
    """Return a page of changes, of everything or of one entry and its houses.

    Parameters
    ----------
    of : Stands, optional
    before : int, optional
        The id that the page before ended with.
    """
    change, now = GazetteerChange, GazetteerCorrection
    wanted = (
        select(change, now.version, GazetteerStreet.id, GazetteerLandmark.id)
        .outerjoin(
            now, and_(now.kind == change.kind, now.key == change.key, now.house == change.house)
        )
        .outerjoin(
            GazetteerStreet, and_(change.kind == "street", GazetteerStreet.key == change.key)
        )
        .outerjoin(
            GazetteerLandmark,
            and_(change.kind == "landmark", GazetteerLandmark.key == change.key),
        )
        .order_by(change.id.desc())
        .limit(PAGE)
    )
    if of is not None:
        wanted = wanted.where(change.kind == of.kind, change.key == of.key)
    if before is not None:
        wanted = wanted.where(change.id < before)
    return [
        ChangeView.model_validate(
            {
                "id": row.id,
                "at": row.at,
                "actor": row.actor,
                "what": row.what,
                "kind": row.kind,
                "thing_id": street_id or landmark_id,
                "house": row.house or None,
                "label": str((row.after or row.before or {}).get("label", row.key)),
                "before": row.before,
                "after": row.after,
                "undoes": row.undoes,
                "can_undo": version == row.version,
            }
        )
        for row, version, street_id, landmark_id in await session.execute(wanted)
    ]
