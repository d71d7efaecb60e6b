"""The figures as JSON; null is what is not shown because too few are counted."""

from datetime import date, datetime

from pydantic import BaseModel, Field

from app.evidence import Step


class CurvePoint(BaseModel):
    """The duration that so many percent did not exceed."""

    share: int
    seconds: int


class BarView(BaseModel):
    """How many took so long or longer, but not as long as the next bar begins."""

    from_s: int
    reports: int | None


class TimesView(BaseModel):
    """How long it took those that got there; how many wait, and how many never will."""

    reached: int | None
    waiting: int | None
    never: int | None
    median_s: int | None
    p90_s: int | None
    curve: list[CurvePoint]
    bars: list[BarView]


class InTimeView(BaseModel):
    """How many met a deadline; `share` is of those that met or missed it."""

    in_time: int | None
    late: int | None
    pending: int | None
    share: float | None


class RatingsView(BaseModel):
    """What citizens think; `stars` has how many gave one, two, and so on."""

    rated: int | None
    average: float | None
    stars: list[int | None] | None


class CountsView(BaseModel):
    """How many of the reports are so."""

    reports: int | None
    open: int | None = None
    resolved: int | None = None
    redirected: int | None = None
    withdrawn: int | None = None
    duplicates: int | None = None
    off_topic: int | None = None
    danger: int | None = None
    reopened: int | None = None
    corrected: int | None = None
    moved: int | None = None
    in_beat: int | None = None
    covered: int | None = None


class FiguresView(CountsView):
    """All figures of some reports; of too few there is nothing but `reports`: null."""

    placed: dict[str, int | None] | None = None
    ratings: RatingsView | None = None
    times: dict[str, TimesView] | None = None
    deadlines: dict[str, InTimeView] | None = None


class RowView(CountsView):
    """The same in short, of one precinct, category or source; `code` is null for none."""

    code: str | None
    answer_median_s: int | None = None
    answer_p90_s: int | None = None
    acknowledge_median_s: int | None = None
    acknowledge_p90_s: int | None = None
    on_scene_median_s: int | None = None
    on_scene_p90_s: int | None = None
    close_median_s: int | None = None
    close_p90_s: int | None = None
    acknowledge_in_time: float | None = None
    on_scene_in_time: float | None = None


class StepView(BaseModel):
    """How many came on a day or in a month."""

    begin: date = Field(alias="from", serialization_alias="from")
    reports: int | None


class SideView(BaseModel):
    """The figures of a span of days; `hours` begins with Monday, 0 o'clock."""

    since: date
    until: date
    total: FiguresView
    step: Step
    series: list[StepView]
    hours: list[int | None]
    by: dict[str, list[RowView]]


class PartView(BaseModel):
    """Which reports are counted; null means all."""

    precinct: str | None
    category: str | None
    source: str | None


class EvidenceView(BaseModel):
    """The figures as of a time, with `least` the smallest count that is shown."""

    timezone: str
    as_of: datetime
    least: int | None
    part: PartView
    current: SideView
    compare: SideView | None


class CellView(BaseModel):
    """A hexagon, its corners as lon and lat, and its reports in all and by frame."""

    cell: str
    ring: list[tuple[float, float]]
    reports: int
    frames: list[int | None] | None = None


class HeatView(BaseModel):
    """Hexagons with reports; `hidden` tells how many are not shown."""

    resolution: int
    frames: list[str]
    cells: list[CellView]
    hidden: int
