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
from app.models.boundaries import Activation, BoundarySet, DistrictRow, InForce
from app.models.reports import Media, Report, Reporter, ReportEvent, ReportMessage
from app.models.staffing import Officer, Posting, Shift
from app.models.telegram import IdentityRow, InboxUpdate, OutboxMessage

__all__ = [
    "Activation",
    "Base",
    "BoundarySet",
    "DistrictRow",
    "IdempotentRequest",
    "IdentityRow",
    "InForce",
    "InboxUpdate",
    "Installation",
    "LoginAttempt",
    "Media",
    "Officer",
    "OutboxMessage",
    "Posting",
    "Report",
    "ReportEvent",
    "ReportMessage",
    "Reporter",
    "Shift",
    "Staff",
    "StaffRole",
    "StaffSession",
    "StaffToken",
    "table_of",
]
