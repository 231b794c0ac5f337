"""Taking in (来件登记): by every channel, each complaint sealed and dated once and for all."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from gonghui.engines.casework.actions import clocks, materials
from gonghui.engines.casework.actions.numbers import next_number
from gonghui.engines.casework.actions.telling import (
    CALL,
    happened,
    open_for,
    refresh_todos,
    remind,
)
from gonghui.engines.casework.actions.verbs import COMPLAINANT, Maker, verb
from gonghui.engines.casework.actions.work import generated_title
from gonghui.engines.casework.declaring import Begin, CaseKind, Hint, Moment, kind_of
from gonghui.engines.casework.models import (
    Case,
    Channel,
    Fingerprint,
    Intake,
    Phase,
    Secrecy,
    ThreadLine,
)
from gonghui.engines.casework.models.intakes import CODE, MOBILE, mark_key
from gonghui.engines.casework.rules import codes, fingerprint, routing
from gonghui.engines.casework.rules import confidentiality as secrecy
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Missing, Refusal
from gonghui.kernel.base.sealing import keyring
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.org.models import Union
from gonghui.kernel.people import persons
from gonghui.kernel.people.models import Person
from gonghui.kernel.security.limits import Limit, attempt

CODE_HOLDER = COMPLAINANT
"""Acts for whoever proved a reference code; see by_code."""
SELF = (Channel.WEB, Channel.APP, Channel.SMS, Channel.WECHAT, Channel.WEIBO)
FAILURES = Setting(
    "casework.code_failures",
    "查询码连续输错次数",
    int,
    5,
    "达到次数后锁定。",
    minimum=3,
    maximum=20,
)
MINUTES = Setting(
    "casework.code_minutes",
    "查询码锁定时间",
    int,
    30,
    "锁定期间不能查询。",
    "分钟",
    minimum=5,
    maximum=1440,
)
LIMIT = Limit("casework.code", "来件查询码", FAILURES, MINUTES)
BY_MESSAGE = "a message delivered twice is one intake"
BY_CODE = "the reference code proves whose thread it is"
KNOWN = "a complainant who is known here is named from the register of people, sealed at once"
RISE = "a case lies above the unit it is about"
FIRST_YEAR = 1949
"""Nothing came in before: an earlier year is a slip of the hand."""


@dataclass(frozen=True)
class Said:
    """What a complainant said and how they want to be known.

    details: further fields of the system's form, kept sealed as JSON. key: the channel's own
    number of the message. received_at: when it first came in, for what is entered later. files:
    keys of uploaded materials; uploaded_by is filled in by submit and register.
    """

    title: str
    text: str
    channel: str = Channel.WEB
    secrecy: str = Secrecy.NAMED
    person_id: int | None = None
    name: str = ""
    mobile: str = ""
    contact: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    category: str = ""
    respondent: Union | None = None
    respondent_name: str = ""
    key: str = ""
    received_at: datetime | None = None
    people: int = 1
    files: tuple[UUID, ...] = ()
    uploaded_by: int | None = None


@dataclass(frozen=True)
class Received:
    """What came of it. code: the reference code, shown this once; again: the key was known."""

    case: Case
    intake: Intake
    code: str = ""
    again: bool = False
    hint: Hint = field(default_factory=Hint)


def submit(kind: CaseKind, union: Union, said: Said, *, by: Actor) -> Received:
    """A complaint by the complainant: web, app, SMS, WeChat, Weibo. Audited under no name."""
    by.require(kind.permissions.submit)
    if said.channel not in SELF:
        raise Refusal("这个渠道的来件由工会登记。", field="channel", code="channel")
    if said.secrecy != Secrecy.ANONYMOUS and by.person_id is not None:
        said = replace(said, person_id=by.person_id)
    # An adapter of the platform says when its message came; nobody else does.
    received_at = said.received_at if by.everywhere else None
    said = replace(said, received_at=received_at, uploaded_by=by.user_id)
    return _receive(kind, union, said, "submit", COMPLAINANT)


def register(kind: CaseKind, union: Union, said: Said, *, by: Actor) -> Received:
    """A complaint entered by a cadre for who calls, writes or comes to the counter."""
    return _receive(kind, union, replace(said, uploaded_by=by.user_id), "register", by)


def _receive(kind: CaseKind, union: Union, said: Said, verb: str, by: Actor) -> Received:
    if said.key and (known := _known(said)) is not None:
        return Received(known.case, known, again=True)
    said = named(checked(kind, said))
    hint = kind.classify(f"{said.title}\n{said.text}") if kind.classify else Hint()
    made: list[Received] = []
    try:
        with transaction.atomic():
            kind.actions[verb](union, by=by, said=said, hint=hint, made=made)
    except IntegrityError:
        # The same message came over two connections at once: the first one is the intake.
        if said.key and (known := _known(said)) is not None:
            return Received(known.case, known, again=True)
        raise
    return made[0]


def _known(said: Said) -> Intake | None:
    with transaction.atomic(), everywhere():
        rows = Intake.objects.unscoped(BY_MESSAGE).select_related("case__union")
        return rows.filter(channel=said.channel, key=said.key).first()


def named(said: Said) -> Said:
    """With the name and number of who is known here: what others get to read is compared with
    them, and the desk may have to call."""
    if said.person_id is None:
        return said
    with transaction.atomic(), everywhere():
        person = Person.objects.unscoped(KNOWN).filter(pk=said.person_id).first()
    if person is None:
        raise Missing("没有这个人员。", field="person_id", code="no_person")
    return replace(
        said,
        name=said.name or person.name,
        mobile=said.mobile or persons.reveal(person)["mobile"],
    )


def checked(kind: CaseKind, said: Said) -> Said:
    """What was said, in order; Refusal names the field. Anonymous ones lose what names them."""
    if said.channel not in kind.channels:
        raise Refusal("这项业务没有开通这个渠道。", field="channel", code="channel")
    if said.secrecy not in kind.secrecies:
        raise Refusal("这项业务不接受这种身份方式。", field="secrecy", code="secrecy")
    if said.category and kind.categories and said.category not in kind.categories:
        raise Refusal("没有这个类别。", field="category", code="category")
    text = said.text.strip()
    if not text:
        raise Refusal("请写明反映的问题或要求。", field="text", code="empty")
    if len(text) > 10_000:
        raise Refusal("内容超过 10000 字，请简要说明并附材料。", field="text", code="long")
    now = timezone.now()
    received = said.received_at or now
    if received > now:
        raise Refusal("收到时间不能晚于现在。", field="received_at", code="future")
    if received.year < FIRST_YEAR:
        raise Refusal("收到时间的年份不对，请核对。", field="received_at", code="past")
    if not 1 <= said.people <= 100_000:
        raise Refusal("代表人数不对。", field="people", code="people")
    said = replace(
        said,
        title=said.title.strip()[:80],
        text=text,
        name=said.name.strip(),
        mobile="".join(said.mobile.split()),
        contact=said.contact.strip(),
        received_at=received,
    )
    if said.secrecy == Secrecy.ANONYMOUS:
        return replace(said, person_id=None, name="", mobile="", contact="")
    if said.person_id is None and not (said.name or said.mobile or said.contact):
        raise Refusal(
            "请留下姓名或联系方式，或者选择匿名。",
            remedy="匿名来件凭查询码了解办理情况。",
            field="name",
            code="nobody",
        )
    return said


def _make(
    union: Union, *, by: Actor, kind: CaseKind, said: Said, hint: Hint, made: list[Received]
) -> Case:
    """The case and its first intake, in the transaction of the action."""
    desk = above(kind.desk(union) if kind.desk else union, said.respondent)
    received_at = said.received_at or timezone.now()
    today = timezone.localdate()
    case = Case(
        kind=kind.code,
        number=next_number(kind.prefix, today),
        title=public_title(kind, said),
        category=said.category,
        channel=said.channel,
        secrecy=said.secrecy,
        phase=Phase.RECEIVED,
        received_at=received_at,
        respondent=said.respondent,
        respondent_name=_respondent_name(said),
        crisis=hint.crisis,
    )
    case.place_at(desk)
    case.save()
    intake, code = add_intake(case, said, number=case.number, by=by)
    clocks.begin(case, Begin.RECEIVED, timezone.localdate(received_at))
    clocks.recount(case)
    case.save()
    refresh_todos(case, by)
    if case.crisis:
        open_for(case, CALL, kind.permissions.handle.code)
    made.append(Received(case, intake, code, hint=hint))
    happened(
        case,
        Moment.RECEIVED,
        "已收到",
        f"编号 {intake.number}",
        by=by,
        public=True,
        intake=intake,
        hint=hint,
        said=said,
    )
    return case


def add_intake(case: Case, said: Said, *, number: str, by: Actor) -> tuple[Intake, str]:
    """Seal one complaint under a case; the code is for who has no record here."""
    ring = keyring()
    code, index = "", None
    if said.person_id is None:
        code = codes.code_of(os.urandom(32))
        index = ring.blind_index(codes.read(code), context=CODE)
    intake = Intake(
        case=case,
        first_case_id=case.pk,
        number=number,
        channel=said.channel,
        key=said.key,
        received_at=said.received_at,
        recorded_by_id=by.user_id,
        secrecy=said.secrecy,
        person_id=said.person_id,
        name=said.name or None,
        mobile=said.mobile or None,
        mobile_index=ring.blind_index(said.mobile, context=MOBILE) if said.mobile else None,
        contact=said.contact or None,
        title=said.title or None,
        text=said.text,
        details=json.dumps(said.details, ensure_ascii=False) if said.details else None,
        code_index=index,
        people=said.people,
    )
    intake.place_at(case.union)
    marks = fingerprint.marks(f"{said.title} {said.text}", mark_key())
    with everywhere():
        intake.save()
    if said.files:
        materials.keep(intake, said.files, said.uploaded_by or -1)
    Fingerprint.objects.create(
        intake=intake, case=case, marks=list(marks), bands=fingerprint.bands(marks)
    )
    return intake, code


def above(desk: Union, respondent: Union | None) -> Union:
    """The desk, or where it is the unit complained of or below it, the nearest above that."""
    if respondent is None or respondent.pk not in routing.Place.of(desk.path).ids:
        return desk
    lifted = routing.target(routing.Place.of(desk.path), "basic", respondent.pk)
    return Union.objects.unscoped(RISE).get(pk=lifted)


def public_title(kind: CaseKind, said: Said) -> str:
    """A title that names nobody: the complainant's own only where it is safe and named."""
    title = said.title.strip()
    if (
        title
        and said.secrecy == Secrecy.NAMED
        and not secrecy.leaks(title, [said.name, said.mobile, said.contact])
    ):
        return title
    return generated_title(kind, said.category)


def _respondent_name(said: Said) -> str:
    if said.respondent_name:
        return said.respondent_name.strip()[:120]
    return said.respondent.name if said.respondent else ""


def _taking(verb: str) -> Callable[[CaseKind], Callable[..., Any]]:
    """submit and register: their subject is the union the complaint is handed in at."""

    def build(kind: CaseKind) -> Callable[..., Any]:
        def run(union: Union, *, by: Actor, said: Said, **given: Any) -> Case:
            if guard := kind.guards.get(verb):
                guard(None, by=by, union=union, said=said)
            return _make(union, by=by, kind=kind, said=said, **given)

        return run

    return build


Maker("submit", "提交来件", "submit", _taking("submit"))
Maker("register", "登记来件", "register", _taking("register"))


def by_code(code: str, *, ip: str = "") -> Intake:
    """The thread of a reference code; attempts are limited by address."""
    plain = codes.read(code)
    found = None
    with attempt(LIMIT, ip or "unknown", now=timezone.now(), ip=ip) as trial, everywhere():
        rows = Intake.objects.unscoped(BY_CODE).select_related("case__union")
        indexes = keyring().blind_indexes(plain, context=CODE)
        found = rows.filter(code_index__in=indexes).first()
        if found is not None:
            trial.succeed()
    if found is None:
        raise Missing(
            "没有这个查询码。", remedy="请对照回执核对；多次输错会暂时锁定。", code="no_code"
        )
    return found


@verb("tell", "补充说明", "own", hangs=True)
def tell(intake: Intake, *, by: Actor, text: str) -> ThreadLine:
    """The complainant adds to their own thread."""
    check_here(intake)
    line = _spoken(intake, ThreadLine.Side.COMPLAINANT, text, by)
    case = intake.case
    heed(case, text, by)
    remind(case, case.handler_id, "来件人有补充", "请打开办件查看。")
    happened(case, Moment.SPOKEN, "来件人补充说明", by=by, intake=intake)
    return line


@verb("ask", "询问来件人", "handle", hangs=True)
def ask(intake: Intake, *, by: Actor, text: str) -> ThreadLine:
    """The desk asks one complainant; the others do not see it."""
    line = _spoken(intake, ThreadLine.Side.DESK, text, by)
    happened(
        intake.case,
        Moment.SPOKEN,
        "请您补充情况",
        "请打开来件查看并回复。",
        by=by,
        public=True,
        only=intake,
        intake=intake,
    )
    return line


def heed(case: Case, text: str, by: Actor) -> None:
    """Have people reach a complainant whose further words tell of danger, whatever the phase.

    Called last by what ends a case: it closes the to-dos of the desk.
    """
    kind = kind_of(case)
    if not sounds_of_danger(kind, text):
        return
    if not case.crisis:
        case.crisis = True
        case.save(update_fields=["crisis"])
    open_for(case, CALL, kind.permissions.handle.code)
    happened(case, Moment.ALARMED, "来件人的话里有危急的内容", "请马上联系来件人。", by=by)


def sounds_of_danger(kind: CaseKind, text: str) -> bool:
    """Whether the classifier of a kind finds that a life may be in danger."""
    return bool(text.strip() and kind.classify and kind.classify(text).crisis)


def check_here(intake: Intake) -> None:
    """Refuse further steps of a complainant who took the complaint back."""
    if intake.withdrawn_at is not None:
        raise Conflict("这件来件已经撤回。", remedy="有新情况的，请重新提出。", code="withdrawn")


def _spoken(intake: Intake, side: str, text: str, by: Actor) -> ThreadLine:
    text = text.strip()
    if not text:
        raise Refusal("请填写内容。", field="text", code="empty")
    return ThreadLine.objects.create(
        intake=intake, side=side, at=timezone.now(), text=text[:5000], by_id=by.user_id
    )


@verb("withdraw", "撤回来件", "own", hangs=True)
def withdraw(intake: Intake, *, by: Actor, words: str = "") -> Intake:
    """Take the own complaint back; a case nobody complains of any more ends."""
    check_here(intake)
    case = intake.case
    if words.strip():
        _spoken(intake, ThreadLine.Side.COMPLAINANT, words, by)
    intake.withdrawn_at = intake.closed_at = timezone.now()
    intake.version += 1
    with everywhere():
        intake.save()
        left = Intake.objects.unscoped(BY_CODE).filter(case=case, withdrawn_at=None).count()
    case.intakes_count = max(left, 1)
    if not left:
        case.phase = Phase.WITHDRAWN
        case.closed_at = intake.withdrawn_at
        clocks.stop(case)
        clocks.recount(case)
    case.version += 1
    case.save()
    refresh_todos(case, by)
    happened(case, Moment.WITHDRAWN, "来件已撤回", by=by, public=True, only=intake, intake=intake)
    heed(case, words, by)
    return intake
