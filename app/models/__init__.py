"""The tables."""

from app.models.access import (
    IdempotentRequest,
    Installation,
    LoginAttempt,
    Staff,
    StaffRole,
    StaffSession,
    StaffToken,
)
from app.models.base import Base, table_of
from app.models.boundaries import (
    Activation,
    BoundaryAudit,
    BoundarySchedule,
    BoundarySet,
    DistrictRow,
    InForce,
    StaffNotice,
    StaffNoticeRead,
)
from app.models.officer_chats import OfficerChat, OfficerCode, OfficerTask
from app.models.reports import Media, Report, Reporter, ReportEvent, ReportMessage
from app.models.staffing import (
    DutyTap,
    Leave,
    Officer,
    Posting,
    RosterAudit,
    Shift,
    UnattendedBeat,
)
from app.models.telegram import IdentityRow, InboxUpdate, OutboxMessage
from app.models.tiles import BoundaryTile, BoundaryTileset

__all__ = [
    "Activation",
    "Base",
    "BoundaryAudit",
    "BoundarySchedule",
    "BoundarySet",
    "BoundaryTile",
    "BoundaryTileset",
    "DistrictRow",
    "DutyTap",
    "IdempotentRequest",
    "IdentityRow",
    "InForce",
    "InboxUpdate",
    "Installation",
    "Leave",
    "LoginAttempt",
    "Media",
    "Officer",
    "OfficerChat",
    "OfficerCode",
    "OfficerTask",
    "OutboxMessage",
    "Posting",
    "Report",
    "ReportEvent",
    "ReportMessage",
    "Reporter",
    "RosterAudit",
    "Shift",
    "Staff",
    "StaffNotice",
    "StaffNoticeRead",
    "StaffRole",
    "StaffSession",
    "StaffToken",
    "UnattendedBeat",
    "table_of",
]
