"""A person's data as a page that any browser shows, with nothing to load."""

from datetime import datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from app.phrases import local_name, phrase

STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:0 auto;padding:1rem;"
    "color-scheme:light dark}article{border-top:1px solid;padding:.5rem 0 1rem}"
    "dl{display:grid;grid-template-columns:minmax(7rem,auto) 1fr;gap:.25rem 1rem}dd{margin:0;"
    "overflow-wrap:anywhere;white-space:pre-wrap}dt{font-weight:600}li{white-space:pre-wrap;"
    "overflow-wrap:anywhere}"
)


def page(data: dict[str, Any], zone: ZoneInfo) -> str:
    """Return the page.

    Parameters
    ----------
    data : dict
        As of `app.personal_data.collect`.
    zone : ZoneInfo
        In which times are shown.
    """
    person = data["person"]
    language = person["language"]

    def say(key: str, **values: object) -> str:
        return escape(phrase(language, key, **values))

    def when(at: str | None) -> str:
        return datetime.fromisoformat(at).astimezone(zone).strftime("%d.%m.%Y %H:%M") if at else ""

    telegram = person["telegram"] or {}
    rows = [
        (say("data_pseudonym"), person["pseudonym"]),
        (say("data_since"), when(person["known_since"])),
        (say("data_language"), language),
        *((escape(str(name)), str(value)) for name, value in telegram.items() if value),
    ]
    reports = "".join(_report(each, language, say, when) for each in data["reports"])
    return (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{say('data_title')}</title><style>{STYLE}</style></head><body>"
        f"<h1>{say('data_title')}</h1><p>{say('data_made', time=when(data['made_at']))}</p>"
        f"<h2>{say('data_person')}</h2>{_list(rows)}"
        f"<h2>{say('data_reports', n=len(data['reports']))}</h2>"
        f"{reports or '<p>' + say('data_no_reports') + '</p>'}{_unregistered(data, say, when)}"
        "</body></html>"
    )


def _list(rows: list[tuple[str, Any]]) -> str:
    cells = "".join(
        f"<dt>{name}</dt><dd>{escape(str(value))}</dd>" for name, value in rows if value
    )
    return f"<dl>{cells}</dl>"


def _report(report: dict[str, Any], language: str, say: Any, when: Any) -> str:
    place = report["place"] or {}
    names = {part: local_name(report[part] or {}, language, "") for part in ("precinct", "beat")}
    where = f"{place['lat']:.6f}, {place['lon']:.6f}" if place else ""
    rows = [
        (say("data_received"), when(report["received_at"])),
        (say("data_status"), phrase(language, f"word_{report['status']}")),
        (say("data_closed"), when(report["closed_at"])),
        (say("data_category"), local_name(report["category"], language, "")),
        (say("data_text"), report["text"]),
        (say("data_place"), " · ".join(filter(None, (place.get("label"), where)))),
        (say("data_district"), " · ".join(filter(None, names.values()))),
        (say("data_gone"), phrase(language, "data_gone_yes") if report["let_go"]["words"] else ""),
        (say("data_held"), phrase(language, "data_held_yes") if report["held"] else ""),
    ]
    parts = [
        _items(
            say("data_messages"),
            [f"{when(m['at'])}: {m['text']}" for m in report["messages"] if m["text"]],
        ),
        _items(
            say("data_files"),
            [
                " · ".join(str(f[k]) for k in ("kind", "type", "name", "bytes") if f[k])
                for f in report["files"]
            ],
        ),
        _items(say("data_told"), [f"{when(m['at'])}: {m['text']}" for m in report["told"]]),
        _items(
            say("data_ratings"), [f"{when(m['at'])}: {'★' * m['stars']}" for m in report["ratings"]]
        ),
    ]
    return f"<article><h3>№ {escape(report['number'])}</h3>{_list(rows)}{''.join(parts)}</article>"


def _unregistered(data: dict[str, Any], say: Any, when: Any) -> str:
    items = [f"{when(m['at'])}: {m['text'] or ''}" for m in data["unregistered"]]
    return _items(say("data_unregistered"), items)


def _items(title: str, items: list[str]) -> str:
    if not items:
        return ""
    return f"<h4>{title}</h4><ul>{''.join(f'<li>{escape(item)}</li>' for item in items)}</ul>"
