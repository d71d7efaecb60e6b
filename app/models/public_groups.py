"""Public groups and channels: which are ours, who administers them, what was said there."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, func
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base

KINDS = ("group", "supergroup", "channel")
GROUP_FAULTS = ("removed", "no_rights")


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{each}'" for each in values)


class PublicGroup(Base):
    """A group or channel in which citizens tell the police; its title is public as it is."""

    __tablename__ = "public_group"
    __table_args__ = (
        CheckConstraint(f"kind IN ({_listed(KINDS)})", name="kind"),
        CheckConstraint(f"fault IN ({_listed(GROUP_FAULTS)})", name="fault"),
    )

    chat_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("reporter.id"), primary_key=True, autoincrement=False
    )
    title: Mapped[str]
    kind: Mapped[str]
    is_forum: Mapped[bool] = mapped_column(server_default="false")
    # The channel whose posts are discussed here, or where this channel's posts are.
    counterpart_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("reporter.id"))
    linked_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    linked_by: Mapped[str]
    # What Telegram said when it was asked last; null until then.
    reads_all: Mapped[bool | None]
    is_administrator: Mapped[bool | None]
    can_delete: Mapped[bool] = mapped_column(server_default="false")
    fault: Mapped[str | None]
    looked_at: Mapped[datetime | None]


class PublicGroupCode(Base):
    """A code that makes a group public, once; only its hash is kept."""

    __tablename__ = "public_group_code"

    made_by: Mapped[str] = mapped_column(primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    expires_at: Mapped[datetime]


class PublicGroupAdmin(Base):
    """Somebody who administers a public group, as Telegram said."""

    __tablename__ = "public_group_admin"

    chat_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("public_group.chat_id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("reporter.id", ondelete="CASCADE"), primary_key=True
    )


class GroupReply(Base):
    """An administrator's answer to a report, given in the group itself."""

    __tablename__ = "group_reply"
    __table_args__ = (Index("ix_group_reply_report", "report_id"),)

    chat_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("reporter.id"), primary_key=True)
    message_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    report_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("report.id"))
    text: Mapped[str]


class PassedAlbum(Base):
    """An album in a group that is no report: its further pictures are none either."""

    __tablename__ = "passed_album"

    chat_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("reporter.id"), primary_key=True)
    album: Mapped[str] = mapped_column(primary_key=True)
    passed_at: Mapped[datetime]
