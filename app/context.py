"""What use cases need from the outside, made once a process."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.conduct_rules import ConductRules
from app.dispatch_sets import DispatchCache
from app.gazetteer import GazetteerCache
from app.geocoders import Geocoders, geocoders_of
from app.routing import IndexCache
from app.service_lookup import ServiceCache
from app.settings import Settings
from app.triage_sets import TriageCache
from geo.topology import TopologyRules


def utc_now() -> datetime:
    """Return the time as the computer has it."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class UseCases:
    """Rules, caches and the clock.

    Attributes
    ----------
    index_cache : IndexCache
    join_window : timedelta
        How long a message may complete the one before it.
    timezone : ZoneInfo
        The city's; registration numbers start again at its New Year.
    languages : tuple of str
        Languages the city answers in, the first by default.
    clock : callable
        Returns the time, with offset.
    topology : TopologyRules
        What is wrong enough with boundaries to be told.
    allow_self_approval : bool
        Whether one person may approve a boundary set they made themselves.
    load_limit : int or None
        Open reports with which an officer without a limit of their own gets no more.
    unattended_alert_minutes : float
        How long a beat may be unattended before the desk is told.
    escalation_pause : timedelta
        How long the one who was told of a missed deadline has, before the next one is told.
    reopen_within : timedelta
        How long after closing a citizen may rate or reopen a report.
    owner_settles : timedelta
        How long a report is left alone before its citizen is told that another answers for it.
    incident_pause : timedelta
        How long whoever answers for an incident is left alone between two counts of its people.
    gazetteers : GazetteerCache
    triage : TriageCache
        Categories and rules in force.
    dispatch : DispatchCache
        Dispatch rules in force.
    retention_days : int
        How long all is kept of which nobody has said otherwise.
    public_url : str or None
        Where anybody may read what is kept.
    geocoders : Geocoders
        Who is asked for an address, in which order.
    services : ServiceCache
        Who is responsible for what is not police work.
    conduct : ConductRules
        What follows from being rude.
    """

    index_cache: IndexCache
    join_window: timedelta
    timezone: ZoneInfo
    languages: tuple[str, ...]
    clock: Callable[[], datetime] = utc_now
    topology: TopologyRules = field(default_factory=TopologyRules)
    allow_self_approval: bool = False
    load_limit: int | None = None
    unattended_alert_minutes: float = 30.0
    escalation_pause: timedelta = timedelta(minutes=5)
    reopen_within: timedelta = timedelta(hours=72)
    owner_settles: timedelta = timedelta(minutes=1)
    incident_pause: timedelta = timedelta(seconds=15)
    gazetteers: GazetteerCache = field(default_factory=GazetteerCache)
    geocoders: Geocoders = field(default_factory=Geocoders)
    triage: TriageCache = field(default_factory=TriageCache)
    services: ServiceCache = field(default_factory=ServiceCache)
    conduct: ConductRules = field(default_factory=ConductRules)
    dispatch: DispatchCache = field(default_factory=DispatchCache)
    retention_days: int = 365
    public_url: str | None = None


def use_cases(settings: Settings, clock: Callable[[], datetime] = utc_now) -> UseCases:
    """Make the context of a process from its settings."""
    return UseCases(
        index_cache=IndexCache(settings.routing_rules),
        join_window=timedelta(minutes=settings.join_window_minutes),
        timezone=ZoneInfo(settings.timezone),
        languages=settings.languages,
        clock=clock,
        topology=settings.topology_rules,
        allow_self_approval=settings.allow_self_approval,
        load_limit=settings.load_limit or None,
        unattended_alert_minutes=settings.unattended_alert_minutes,
        escalation_pause=timedelta(minutes=settings.escalation_pause_minutes),
        reopen_within=timedelta(hours=settings.reopen_hours),
        owner_settles=timedelta(seconds=settings.owner_notice_seconds),
        incident_pause=timedelta(seconds=settings.incident_count_seconds),
        geocoders=geocoders_of(settings),
        services=ServiceCache(settings.routing_rules),
        conduct=settings.conduct_rules,
        retention_days=settings.retention_days,
        public_url=settings.public_url,
    )
