"""Common Alerting Protocol 1.2 and the Atom index of what is published. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from app.alert_rules import Area, MsgType, Says

CAP = "urn:oasis:names:tc:emergency:cap:1.2"
ATOM = "http://www.w3.org/2005/Atom"
CAP_TYPE, ATOM_TYPE = "application/cap+xml", "application/atom+xml"
KM = 1000


@dataclass(frozen=True, slots=True)
class Alert:
    """One message.

    Attributes
    ----------
    status : str
        ``Actual``, or ``Exercise`` where nothing is real.
    refers : sequence of str
        Earlier messages of the chain as ``sender,identifier,sent``.
    """

    identifier: str
    sender: str
    sender_name: str
    sent_at: datetime
    expires_at: datetime
    status: str
    msg_type: MsgType
    refers: Sequence[str]
    says: Says
    area: Area


def cap_time(at: datetime, zone: ZoneInfo) -> str:
    """Return a time as CAP has it: to the second, with an offset, `-00:00` for UTC."""
    words = at.astimezone(zone).isoformat(timespec="seconds")
    return words.removesuffix("+00:00") + "-00:00" if words.endswith("+00:00") else words


def alert_xml(alert: Alert, zone: ZoneInfo, web: str | None = None) -> bytes:
    """Return a message as XML, its elements in the order of the standard's schema.

    Parameters
    ----------
    alert : Alert
    zone : ZoneInfo
        Of the times in it.
    web : str, optional
        Its own address.
    """
    root = ET.Element("alert", {"xmlns": CAP})

    def add(parent: ET.Element, name: str, words: str) -> None:
        ET.SubElement(parent, name).text = _storable(words)

    add(root, "identifier", alert.identifier)
    add(root, "sender", alert.sender)
    add(root, "sent", cap_time(alert.sent_at, zone))
    add(root, "status", alert.status)
    add(root, "msgType", alert.msg_type.value)
    add(root, "scope", "Public")
    if alert.says.note:
        add(root, "note", alert.says.note)
    if alert.refers:
        add(root, "references", " ".join(alert.refers))
    info = ET.SubElement(root, "info")
    says = alert.says
    add(info, "language", says.language)
    add(info, "category", says.kind.value)
    add(info, "event", says.event)
    if alert.msg_type is MsgType.CANCEL:
        add(info, "responseType", "AllClear")
    add(info, "urgency", says.urgency.value)
    add(info, "severity", says.severity.value)
    add(info, "certainty", says.certainty.value)
    add(info, "expires", cap_time(alert.expires_at, zone))
    add(info, "senderName", alert.sender_name)
    add(info, "headline", says.headline)
    if says.description:
        add(info, "description", says.description)
    if says.instruction:
        add(info, "instruction", says.instruction)
    if web:
        add(info, "web", web)
    area = ET.SubElement(info, "area")
    add(area, "areaDesc", alert.area.desc)
    for ring in alert.area.rings:
        add(area, "polygon", " ".join(f"{lat:.6f},{lon:.6f}" for lon, lat in ring))
    if alert.area.centre is not None and alert.area.radius_m is not None:
        lon, lat = alert.area.centre
        add(area, "circle", f"{lat:.6f},{lon:.6f} {alert.area.radius_m / KM:g}")
    return _written(root)


def feed_xml(
    alerts: Sequence[Alert], updated: datetime, title: str, author: str, base: str
) -> bytes:
    """Return the index of messages.

    Parameters
    ----------
    alerts : sequence of Alert
        The newest first.
    updated : datetime
        When the index last changed.
    title, author : str
    base : str
        Address of the server, without a slash at its end.
    """
    root = ET.Element("feed", {"xmlns": ATOM})

    def add(parent: ET.Element, name: str, words: str = "", **attributes: str) -> None:
        made = ET.SubElement(parent, name, attributes)
        if words:
            made.text = _storable(words)

    add(root, "id", f"{base}/cap")
    add(root, "title", title)
    add(root, "updated", _atom_time(updated))
    add(root, "link", rel="self", type=ATOM_TYPE, href=f"{base}/cap")
    writer = ET.SubElement(root, "author")
    add(writer, "name", author)
    for alert in alerts:
        entry = ET.SubElement(root, "entry")
        address = f"{base}/cap/{alert.identifier}.xml"
        add(entry, "id", address)
        add(entry, "title", alert.says.headline)
        add(entry, "updated", _atom_time(alert.sent_at))
        add(entry, "link", rel="alternate", type=CAP_TYPE, href=address)
        add(entry, "category", term=alert.msg_type.value)
        add(entry, "summary", alert.says.description or alert.area.desc)
    return _written(root)


def _atom_time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _written(root: ET.Element) -> bytes:
    ET.indent(root)
    found: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return found


def _storable(words: str) -> str:
    """Return words without what XML cannot hold."""
    return "".join(
        letter
        for letter in words
        if letter in "\t\n\r"
        or " " <= letter <= "\ud7ff"
        or "\ue000" <= letter <= "\ufffd"
        or letter >= "\U00010000"
    )
