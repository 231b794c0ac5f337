"""Telephone calls told from the events of a switch (话务事件), which come late, twice or never.

A call is worked out anew from all events known of it, sorted by their own time, so that neither
the order nor the number of deliveries changes what is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

RINGING, ANSWERED, HELD, RESUMED = "ringing", "answered", "held", "resumed"
TRANSFERRED, HUNG_UP, RECORDED = "transferred", "hung_up", "recorded"
KINDS = {
    RINGING: "振铃",
    ANSWERED: "接听",
    HELD: "保持",
    RESUMED: "恢复",
    TRANSFERRED: "转接",
    HUNG_UP: "挂断",
    RECORDED: "录音就绪",
}
_ORDER = {kind: place for place, kind in enumerate(KINDS)}
WAITING, TALKING, HOLDING, ENDED, MISSED, UNKNOWN = (
    "waiting",
    "talking",
    "holding",
    "ended",
    "missed",
    "unknown",
)
STATES = {
    WAITING: "振铃中",
    TALKING: "通话中",
    HOLDING: "保持中",
    ENDED: "已结束",
    MISSED: "未接听",
    UNKNOWN: "状态不明",
}
LIVE = (WAITING, TALKING, HOLDING)


@dataclass(frozen=True)
class Event:
    """What the switch says. key: the event's own number; agent: who has the call from then on."""

    key: str
    kind: str
    at: datetime
    agent: str = ""
    recording: str = ""


@dataclass(frozen=True)
class Told:
    """A call as its events tell it; seconds are whole."""

    state: str
    rang_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    agent: str
    waited: int
    held: int
    talked: int
    transfers: int
    recording: str


def tell(events: Iterable[Event]) -> Told:
    """The call these events are of; ValueError without any."""
    known = sorted({event.key: event for event in _by_key(events)}.values(), key=_place)
    if not known:
        raise ValueError("a call without events")
    first = next((event.at for event in known if event.kind == RINGING), known[0].at)
    answered = next((event.at for event in known if event.kind == ANSWERED), None)
    ended = next((event.at for event in known if event.kind == HUNG_UP), None)
    recorded = [event for event in known if event.kind == RECORDED]
    if ended is None and recorded:
        # A recording is ready only when nobody talks any more: the hang-up was lost.
        ended = recorded[0].at
    talked_of = [event for event in known if event.kind in (HELD, RESUMED, TRANSFERRED)]
    if answered is None and (talked_of or recorded):
        answered = min(event.at for event in (*talked_of, *recorded))
    if answered is not None and ended is not None:
        answered = min(answered, ended)
    agent = next((event.agent for event in reversed(known) if event.agent), "")
    held, holding = _held(known, ended)
    until = ended or known[-1].at
    talked = _seconds(until - answered) - held if answered is not None else 0
    return Told(
        _state(answered, ended, holding),
        first,
        answered,
        ended,
        agent,
        max(0, _seconds((answered or until) - first)),
        held,
        max(0, talked),
        sum(event.kind == TRANSFERRED for event in known),
        recorded[-1].recording if recorded else "",
    )


def _by_key(events: Iterable[Event]) -> list[Event]:
    """Events in one order whatever the delivery, so that of two under one key the same stays."""
    return sorted(events, key=lambda event: (_place(event), event.agent, event.recording))


def _place(event: Event) -> tuple[datetime, int, str]:
    return (event.at, _ORDER.get(event.kind, len(_ORDER)), event.key)


def _held(known: Sequence[Event], ended: datetime | None) -> tuple[int, bool]:
    """Seconds on hold, and whether the caller is on hold now."""
    total, since = timedelta(), None
    for event in known:
        if event.kind == HELD and since is None:
            since = event.at
        elif event.kind in (RESUMED, TRANSFERRED, HUNG_UP) and since is not None:
            total, since = total + (event.at - since), None
    if since is not None and ended is not None:
        total, since = total + max(ended - since, timedelta()), None
    return _seconds(total), since is not None


def _state(answered: datetime | None, ended: datetime | None, holding: bool) -> str:
    if ended is not None:
        return ENDED if answered is not None else MISSED
    if answered is None:
        return WAITING
    return HOLDING if holding else TALKING


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())


@dataclass(frozen=True)
class Figures:
    """Figures of a shift or a day. on_time: percent answered within the bound."""

    calls: int
    answered: int
    missed: int
    on_time: int | None
    mean_wait: int | None
    mean_talk: int | None


def figures(calls: Iterable[tuple[str, int, int]], bound: int) -> Figures:
    """Of (state, seconds waited, seconds talked) of calls that came in; live ones do not count."""
    settled = [call for call in calls if call[0] in (ENDED, MISSED)]
    answered = [call for call in settled if call[0] == ENDED]
    quick = sum(call[1] <= bound for call in answered)
    return Figures(
        len(settled),
        len(answered),
        len(settled) - len(answered),
        round(100 * quick / len(settled)) if settled else None,
        round(sum(call[1] for call in answered) / len(answered)) if answered else None,
        round(sum(call[2] for call in answered) / len(answered)) if answered else None,
    )


def span_words(seconds: int) -> str:
    """75 → 1 分 15 秒."""
    minutes, rest = divmod(max(0, seconds), 60)
    return f"{minutes} 分 {rest} 秒" if minutes else f"{rest} 秒"
