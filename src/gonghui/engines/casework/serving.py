"""A kind of case as a service of the workers' hall (服务事项): asked for, followed, rated there.

    SERVICE = serving.service(HOTLINE, "feedback", (JUSTICE,), Guide(…), keywords=("投诉",))

in the manifest of the kind's system is all it takes: the hall then offers it, takes it in on the
web, at a counter and by proxy, and shows its thread with what the complainant may do.
"""

from __future__ import annotations

from typing import Any

from django import forms

from gonghui.engines.casework.actions import after, intake
from gonghui.engines.casework.actions.telling import own_link
from gonghui.engines.casework.declaring import CaseKind
from gonghui.engines.casework.models import Intake, Secrecy
from gonghui.engines.casework.queries import cases
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Missing
from gonghui.kernel.people import persons
from gonghui.kernel.people.models import Person
from gonghui.kernel.resource.services import (
    Application,
    Guide,
    Handed,
    Level,
    LifeEvent,
    Receipt,
    Screen,
    Service,
    Verb,
    Words,
)

TARGETS = ("casework.intake",)
OWN = "the thread of who is asking"
THEMSELVES = "who complains is named by their own record"
NAMED = {
    Secrecy.NAMED: "实名：办理的工会知道您是谁",
    Secrecy.CONFIDENTIAL: "保密：只有受理的工会知道您是谁",
}


def service(
    kind: CaseKind, code: str, events: tuple[LifeEvent, ...], guide: Guide, **more: Any
) -> Service:
    """The service of a kind. more: further arguments of Service.

    What is complained of stays between the person and the desk, so the service is private.
    """
    facts: dict[str, Any] = {"level": Level.IDENTITY, "private": True, **more}
    if "start" not in facts:
        facts.setdefault("apply", application(kind))
    return Service(
        code,
        kind.service or kind.title,
        events,
        guide,
        targets=TARGETS,
        verbs=verbs(),
        **facts,
    )


def application(kind: CaseKind) -> Application:
    """What happened, how one wants to be known; handed in as an intake of the kind."""

    class What(forms.Form):
        """What happened, and to whom it is put down."""

        title = forms.CharField(label="一句话说明", max_length=60)
        text = forms.CharField(
            label="经过和要求",
            max_length=5000,
            widget=forms.Textarea(attrs={"rows": 8}),
            help_text="什么时候、在哪里、发生了什么，您希望怎么解决。",
        )
        respondent_name = forms.CharField(label="涉及的单位", max_length=120, required=False)
        if kind.categories:
            category = forms.ChoiceField(
                label="类别",
                required=False,
                choices=[("", "不清楚，请工会判断"), *kind.categories.items()],
            )

    secrecies = [(code, NAMED[Secrecy(code)]) for code in kind.secrecies if code in NAMED]

    class Known(forms.Form):
        """How the complainant wants to be known."""

        secrecy = forms.ChoiceField(
            label="您的身份", choices=secrecies, widget=forms.RadioSelect, initial=secrecies[0][0]
        )

    def submit(handed: Handed, by: Actor) -> Receipt:
        at_counter = handed.channel == "counter"
        said = intake.Said(
            **{name: value for name, value in handed.answers.items() if value},
            **_who(handed.known.person_id),
            channel="counter" if at_counter else "web",
        )
        taking = intake.register if at_counter else intake.submit
        got = taking(kind, handed.union, said, by=by)
        return Receipt(
            number=got.intake.number,
            target_type=TARGETS[0],
            target_id=got.intake.pk,
            next="受理的工会核实后告知您是否受理，办理情况随时发消息给您。",
            due_on=got.case.due_on,
            link=own_link(kind, got.intake),
        )

    screens = (Screen("what", "发生了什么", What), Screen("known", "您的身份", Known))
    return Application(screens, submit)


def _who(person_id: int | None) -> dict[str, Any]:
    """Name and mobile of the person, which the intake seals."""
    if person_id is None:
        return {}
    with everywhere():
        person = Person.objects.unscoped(THEMSELVES).filter(pk=person_id).first()
    if person is None:
        return {}
    mobile = persons.reveal(person)["mobile"] if person.mobile_sealed else ""
    return {"person_id": person.pk, "name": person.name, "mobile": mobile}


def _own(target_id: str, actor: Actor) -> Intake:
    rows = Intake.objects.unscoped(OWN).select_related("case__union")
    found = rows.filter(pk=target_id, person_id=actor.person_id or -1).first()
    if found is None:
        raise Missing("没有这件来件。", code="missing")
    return found


def _may(name: str) -> Any:
    def offered(target_id: str, actor: Actor) -> bool:
        return bool(getattr(cases.thread(_own(target_id, actor)), name))

    return offered


def _tell(target_id: str, actor: Actor, words: Words) -> object:
    return intake.tell(_own(target_id, actor), by=actor, text=words.text)


def _withdraw(target_id: str, actor: Actor, words: Words) -> object:
    return intake.withdraw(_own(target_id, actor), by=actor, words=words.text)


def _reopen(target_id: str, actor: Actor, words: Words) -> object:
    return after.reopen(_own(target_id, actor), by=actor, words=words.text)


def _rate(target_id: str, actor: Actor, words: Words) -> object:
    score = words.score or 0
    return after.rate(_own(target_id, actor), by=actor, score=score, words=words.text)


def verbs() -> tuple[Verb, ...]:
    """What a complainant may do with a thread of theirs."""
    return (
        Verb("rate", "评价", _may("may_rate"), _rate, asks=("score", "text")),
        Verb("supplement", "补充说明", _may("may_tell"), _tell),
        Verb("appeal", "不满意，要求重新办理", _may("may_reopen"), _reopen),
        Verb("withdraw", "撤回", _may("may_withdraw"), _withdraw),
    )
