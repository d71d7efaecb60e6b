"""Figures printed: a PDF of A4 pages, readable in black and white."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from reportlab.graphics.shapes import Drawing, Rect, String
from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from app.errors import UnavailableError
from app.evidence_counts import DEADLINES, Metric
from app.phrases.evidence import WORDS, duration

FOLDER = Path(__file__).parent / "web" / "vendor" / "dejavu"
PLAIN, BOLD = "DejaVuSans", "DejaVuSans-Bold"
MARGIN = 15 * mm
WIDTH = A4[0] - 2 * MARGIN
MOST_BARS = 92
SMALL_PT, TEXT_PT, HEAD_PT, TITLE_PT = 7.5, 9, 12, 16
COUNTS = (
    *("reports", "open", "resolved", "redirected", "withdrawn", "duplicates", "off_topic"),
    *("danger", "reopened", "corrected", "moved", "covered"),
    *("placed.location", "placed.text", "placed.desk", "placed.not"),
    *("ratings.rated", "ratings.average"),
)
GRID = TableStyle(
    [
        ("FONT", (0, 0), (-1, -1), PLAIN, SMALL_PT),
        ("FONT", (0, 0), (-1, 0), BOLD, SMALL_PT),
        ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.black),
        ("LINEBELOW", (0, 1), (-1, -1), 0.25, colors.lightgrey),
        ("TOPPADDING", (0, 0), (-1, -1), 1.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
    ]
)

CELL = ParagraphStyle("cell", fontName=PLAIN, fontSize=SMALL_PT, leading=SMALL_PT * 1.2)
FIRST = ParagraphStyle("first", parent=CELL, fontName=BOLD)
HEADING = ParagraphStyle("heading", parent=FIRST, alignment=TA_RIGHT)

Names = Mapping[str, Mapping[str, str]]


class NoFontsError(UnavailableError):
    """The fonts for printing are missing: run the set-up again."""

    code = "no-fonts"


@cache
def _use_fonts() -> None:
    for name in (PLAIN, BOLD):
        path = FOLDER / f"{name}.ttf"
        if not path.exists():
            raise NoFontsError
        pdfmetrics.registerFont(TTFont(name, path))


@dataclass(frozen=True, slots=True)
class Print:
    """What is printed, in which language, and what codes are called."""

    shown: Mapping[str, Any]
    language: str
    names: Names
    zone: ZoneInfo

    def word(self, key: str, **values: object) -> str:
        """Return a phrase."""
        return WORDS[self.language][key].format(**values)

    def name(self, code: str | None) -> str:
        """Return what a code is called."""
        if code is None:
            return self.word("none")
        of = self.names.get(code, {})
        return of.get(self.language) or of.get("uk") or code


def draw(given: Print) -> bytes:
    """Return the document."""
    _use_fonts()
    out = BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=given.word("title"),
        author="Beatway",
        lang=given.language,
    )

    def foot(canvas: Canvas, page: SimpleDocTemplate) -> None:
        canvas.setFont(PLAIN, SMALL_PT)
        canvas.drawRightString(A4[0] - MARGIN, MARGIN / 2, given.word("page", page=page.page))

    document.build(_story(given), onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


def _story(given: Print) -> list[Flowable]:
    shown, current = given.shown, given.shown["current"]
    story: list[Flowable] = [_text(given.word("title"), TITLE_PT)]
    story.append(_text(given.word("period", since=current["since"], until=current["until"])))
    if compare := shown["compare"]:
        story.append(_text(given.word("compare", since=compare["since"], until=compare["until"])))
    part = [given.name(code) for code in shown["part"].values() if code]
    if part:
        story.append(_text(given.word("part", part=", ".join(part))))
    at = shown["as_of"].astimezone(given.zone)
    story.append(_text(given.word("as_of", at=f"{at:%Y-%m-%d %H:%M}")))
    if shown["least"]:
        story.append(_text(given.word("few", least=shown["least"])))
    if current["total"]["reports"] == 0:
        return [*story, Spacer(0, 6 * mm), _text(given.word("empty"), HEAD_PT)]
    if current["total"]["reports"] is None:
        return story
    story += [Spacer(0, 4 * mm), _totals(given)]
    story += [_head(given.word("times")), _times(given)]
    story += [_head(given.word("by_time")), _series(current)]
    for kind, rows in current["by"].items():
        if rows:
            story += [_head(given.word(f"by.{kind}")), _breakdown(given, kind, rows)]
    return story


def _text(words: str, size: float = TEXT_PT) -> Paragraph:
    font = BOLD if size > TEXT_PT else PLAIN
    style = ParagraphStyle(f"text{size}", fontName=font, fontSize=size, leading=size * 1.35)
    return Paragraph(escape(words), style)


def _head(words: str) -> Paragraph:
    style = ParagraphStyle(
        "head",
        fontName=BOLD,
        fontSize=HEAD_PT,
        leading=HEAD_PT * 1.4,
        spaceBefore=10,
        keepWithNext=1,
    )
    return Paragraph(escape(words), style)


def _value(side: Mapping[str, Any] | None, path: str) -> Any:
    found: Any = side["total"] if side else None
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _said(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"


def _change(now: float | None, then: float | None) -> str:
    if now is None or not then:
        return "–"
    return f"{(now - then) / then:+.0%}"


def _totals(given: Print) -> Table:
    current, compare = given.shown["current"], given.shown["compare"]
    head = [given.word("figure"), given.word("now")]
    head += [given.word("then"), given.word("change")] if compare else []
    rows = [head]
    for path in COUNTS:
        now, then = _value(current, path), _value(compare, path)
        rows.append(
            [given.word(path), _said(now), *([_said(then), _change(now, then)] if compare else [])]
        )
    return Table(rows, colWidths=_widths(len(head), 0.5), repeatRows=1, style=GRID)


def _widths(columns: int, first: float) -> list[float]:
    return [WIDTH * first] + [WIDTH * (1 - first) / (columns - 1)] * (columns - 1)


def _times(given: Print) -> Table:
    names = ("median", "p90", "reached", "waiting", "in_time")
    compare = given.shown["compare"]
    head = [given.word("figure"), *(given.word(name) for name in names)]
    head += [f"{given.word('median')} ({given.word('then').lower()})"] if compare else []
    rows: list[list[Any]] = [_heading(head)]
    for metric in Metric:
        of = given.shown["current"]["total"]["times"][metric.value]
        share = _value(given.shown["current"], f"deadlines.{metric}.share")
        rows.append(
            [
                given.word(metric.value),
                duration(of["median_s"], given.language),
                duration(of["p90_s"], given.language),
                _said(of["reached"]),
                _said(of["waiting"]),
                _percent(share) if metric in DEADLINES else "",
            ]
        )
        if compare:
            then = _value(compare, f"times.{metric}.median_s")
            rows[-1].append(duration(then, given.language))
    return Table(rows, colWidths=_widths(len(head), 0.28), repeatRows=1, style=GRID)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def _heading(words: Sequence[str]) -> list[Paragraph]:
    """Return the first line of a table; long words are broken, not written over each other."""
    return [
        Paragraph(escape(each), HEADING if place else FIRST) for place, each in enumerate(words)
    ]


def _breakdown(given: Print, kind: str, rows: Sequence[Mapping[str, Any]]) -> Table:
    head = [given.word(kind), given.word("reports")]
    head += [
        f"{given.word(each.value)}, {given.word('median')}"
        for each in (Metric.ANSWER, Metric.ACKNOWLEDGE, Metric.CLOSE)
    ]
    head += [given.word("in_time")]
    table: list[list[Any]] = [_heading(head)]
    most = max((row["reports"] or 0 for row in rows), default=0)
    for row in rows:
        times = [
            duration(row.get(f"{metric}_median_s"), given.language)
            for metric in (Metric.ANSWER, Metric.ACKNOWLEDGE, Metric.CLOSE)
        ]
        table.append(
            [
                Paragraph(escape(given.name(row["code"])), CELL),
                _bar(row["reports"], most),
                *times,
                _percent(row.get("acknowledge_in_time")),
            ]
        )
    return Table(table, colWidths=_widths(len(head), 0.28), repeatRows=1, style=GRID)


def _bar(reports: int | None, most: int) -> Drawing:
    width, height = WIDTH * 0.13, SMALL_PT + 1
    drawing = Drawing(width, height)
    if reports and most:
        drawing.add(
            Rect(0, 0, width * reports / most, height, fillColor=colors.lightgrey, strokeColor=None)
        )
    text = String(width, 1.5, _said(reports), fontName=PLAIN, fontSize=SMALL_PT)
    text.textAnchor = "end"
    drawing.add(text)
    return drawing


def _series(side: Mapping[str, Any]) -> Drawing:
    points = side["series"][-MOST_BARS:]
    height, label = 32 * mm, SMALL_PT + 3
    drawing = Drawing(WIDTH, height + 2 * label)
    most = max((point["reports"] or 0 for point in points), default=0)
    step = WIDTH / len(points)
    for place, point in enumerate(points):
        tall = height * (point["reports"] or 0) / most if most else 0
        drawing.add(
            Rect(place * step, label, step * 0.8, tall, fillColor=colors.grey, strokeColor=None)
        )
    ends = ((0, points[0], "start"), (WIDTH, points[-1], "end"))
    for at, point, anchor in ends if len(points) > 1 else ends[:1]:
        text = String(at, 1, point["from"].isoformat(), fontName=PLAIN, fontSize=SMALL_PT)
        text.textAnchor = anchor
        drawing.add(text)
    drawing.add(String(0, height + label, str(most), fontName=PLAIN, fontSize=SMALL_PT))
    return drawing
