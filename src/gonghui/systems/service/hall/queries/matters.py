"""A person's matters over all systems: how far each has come, what they can do with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Missing
from gonghui.kernel.notify import timeline
from gonghui.kernel.notify.models import TimelineLine
from gonghui.kernel.resource.services import Service, Verb
from gonghui.kernel.ui import components as ui
from gonghui.systems.service.hall.models import Handing, Rating
from gonghui.systems.service.hall.queries.offering import service_of

TONES = {"info": "info", "good": "good", "stop": "stop", "idle": "idle"}
OWN = "a person's own matters"


@dataclass(frozen=True)
class Matter:
    """One matter of a person: its last line, and the service it belongs to if one is declared."""

    line: TimelineLine
    service: Service | None

    @property
    def title(self) -> str:
        return self.service.title if self.service else self.line.service

    @property
    def tone(self) -> str:
        return "wait" if not self.line.settled and self.line.tone == "info" else self.line.tone


@dataclass(frozen=True)
class Story:
    """A matter whole: every step, its receipt, and the verbs it offers now.

    rates_itself: whether its system takes the rating; otherwise the hall does.
    """

    matter: Matter
    events: Sequence[ui.Event]
    handing: Handing | None
    verbs: Sequence[Verb]
    may_rate: bool
    rating: Rating | None
    rates_itself: bool


def own(actor: Actor) -> list[Matter]:
    """Every matter of the person who is signed in, the newest first."""
    if actor.person_id is None:
        return []
    return [Matter(line, service_of(line)) for line in timeline.matters(actor.person_id)]


def under_way(actor: Actor, limit: int = 3) -> list[Matter]:
    return [matter for matter in own(actor) if not matter.line.settled][:limit]


def story(actor: Actor, line_id: int) -> Story:
    """One matter of the person's own, found by any of its lines; Missing for anybody else's."""
    person_id = actor.person_id
    line = TimelineLine.objects.filter(pk=line_id, person_id=person_id or -1).first()
    if line is None or person_id is None:
        raise Missing("没有这件事。", remedy="请从“我的办事”中打开。")
    lines = list(timeline.of_matter(person_id, line.target_type, line.target_id))
    last = lines[-1]
    service = service_of(last)
    rows = Handing.objects.unscoped(OWN).filter(person_id=person_id)
    target = {"target_type": line.target_type, "target_id": line.target_id}
    rating = Rating.objects.unscoped(OWN).filter(person_id=person_id, **target).first()
    verbs = [
        verb for verb in (service.verbs if service else ()) if verb.offered(line.target_id, actor)
    ]
    rates_itself = any(verb.role == "rate" for verb in (service.verbs if service else ()))
    # The audit names who rates with the hall; a private service is rated with its own system.
    here = not rates_itself and not (service is not None and service.private)
    return Story(
        Matter(last, service),
        [
            ui.Event(item.at, item.title, text=item.text, kind=TONES.get(item.tone, "idle"))
            for item in reversed(lines)
        ],
        rows.filter(**target).first(),
        verbs,
        last.settled and last.tone == "good" and rating is None and here,
        rating,
        rates_itself,
    )
