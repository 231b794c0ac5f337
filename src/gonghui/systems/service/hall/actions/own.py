"""What a person decides for themselves: kept materials, proxies, ratings, how pages look."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.files.storing import release
from gonghui.kernel.notify import messages
from gonghui.kernel.notify.channels import Recipient
from gonghui.kernel.notify.models import TimelineLine
from gonghui.kernel.notify.templates import Category, Template
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope, wall_at
from gonghui.kernel.people import persons
from gonghui.kernel.security.limits import Limit, attempt
from gonghui.systems.service.hall.models import Ease, KeptMaterial, Proxy, Rating
from gonghui.systems.service.hall.models.own import (
    Contrast,
    Motion,
    ProxyState,
    Simple,
    TextSize,
)
from gonghui.systems.service.hall.permissions import CHOOSE, CONSENT, OWN
from gonghui.systems.service.hall.queries.known import name_of
from gonghui.systems.service.hall.queries.proxies import lapsed
from gonghui.systems.service.hall.rules import proxies as rules
from gonghui.systems.service.hall.rules.saying import day_words

PROXIES = Category("hall.proxy", "代办授权", may_mute=False)
ASKED = Template(
    "hall.proxy_asked",
    "有人申请为您代办",
    "{agent}（{relation}）申请为您代办{what}，到 {until} 为止。"
    "请核实后选择同意或不同意；不认识的请不要同意。",
    PROXIES,
    "/hall/proxies/",
)
GRANTED = Template(
    "hall.proxy_granted",
    "代办申请已获同意",
    "您申请的代办已获本人同意，可以在服务页面选择为其办理。",
    PROXIES,
    "/hall/proxies/",
)
TAKEN = Template(
    "hall.proxy_taken",
    "您登记了代办授权",
    "您在{union}窗口同意由{agent}为您代办，到 {until} 为止。不是您本人登记的，请马上拨打 12351。",
    PROXIES,
    "/hall/proxies/",
)
TRIES = Setting(
    "hall.proxy_tries",
    "代办申请次数",
    int,
    5,
    "同一个人一天内可以申请为几个人代办，防止借此打听他人是否在册。",
    unit="次",
    minimum=1,
    maximum=20,
)
LOCKED = Setting(
    "hall.proxy_minutes",
    "代办申请锁定时间",
    int,
    1440,
    "次数用完后多久可以再申请。",
    unit="分钟",
    minimum=60,
    maximum=10_080,
)
LIMIT = Limit("hall.proxy", "申请代办", TRIES, LOCKED)


def ask_proxy(*, by: Actor, now: datetime, **asked: Any) -> Proxy | None:
    """Count the asking, then ask; TooMany after a few a day. asked: as `ask` takes it."""
    with attempt(LIMIT, f"person:{by.person_id}", now=now, ip=by.ip):
        pass
    return ask(None, by=by, today=timezone.localdate(now), **asked)


@action("hall.ask_proxy", "申请为他人代办", OWN, creates=True)
def ask(
    nothing: None,
    *,
    by: Actor,
    today: date,
    name: str,
    document_number: str,
    relation: str,
    services: Sequence[str],
    until: date,
    words: str,
) -> Proxy | None:
    """Ask a person for their consent. The answer is the same whether or not they are known.

    words: the services in words. None where nobody has this name and number, or was asked before.
    """
    rules.check_term(until, today)
    claimed = persons.Identity.checked(name=name, document_number=document_number, today=today)
    person = persons.by_document(claimed.document_number)
    rules.check_pair(by.person_id, person.pk if person is not None else 0)
    if person is None or person.name != claimed.name:
        return None
    made = Proxy(
        principal_person_id=person.pk,
        principal_name=person.name,
        agent_person_id=by.person_id,
        agent_name=name_of(by.person_id or 0),
        relation=relation.strip()[:40],
        services=list(services),
        until=until,
        asked_on=today,
    )
    _end_lapsed(made, today)
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        return None
    messages.send(
        [Recipient(person_id=person.pk)],
        ASKED,
        {
            "agent": made.agent_name,
            "relation": made.relation,
            "what": words or "大厅里的各项服务",
            "until": day_words(until),
        },
        key=f"hall.proxy.{made.pk}",
    )
    return made


def _end_lapsed(made: Proxy, today: date) -> None:
    """End what has lapsed between the two, so that it does not stand in the way of a new one."""
    rows = Proxy.objects.filter(
        principal_person_id=made.principal_person_id, agent_person_id=made.agent_person_id
    )
    rows.filter(lapsed(today)).update(state=ProxyState.ENDED, ended_at=timezone.now())


@action("hall.answer_proxy", "答复代办申请", OWN)
def answer_proxy(proxy: Proxy, *, by: Actor, agreed: bool) -> Proxy:
    """The person's own yes or no."""
    rules.check_answer(proxy.state, proxy.asked_on, timezone.localdate())
    proxy.state = ProxyState.GRANTED if agreed else ProxyState.REFUSED
    proxy.answered_at = timezone.now()
    proxy.save()
    if agreed:
        # A refusal stays silent: it would tell a stranger that the person is known here.
        messages.send([Recipient(person_id=proxy.agent_person_id)], GRANTED, {})
    return proxy


@action("hall.end_proxy", "终止代办授权", OWN)
def end_proxy(proxy: Proxy, *, by: Actor) -> Proxy:
    """The person takes their consent back; it ends at once."""
    if proxy.state not in rules.OPEN:
        raise Conflict("这项代办授权已经终止。", code="state")
    proxy.state = ProxyState.ENDED
    proxy.ended_at = timezone.now()
    proxy.save()
    return proxy


@action("hall.lay_down_proxy", "放弃代办", OWN, creates=True)
def lay_down(nothing: None, *, by: Actor, pk: int) -> Proxy:
    """The agent gives the consent back."""
    rows = Proxy.objects.select_for_update().filter(pk=pk, agent_person_id=by.person_id or -1)
    proxy = rows.first()
    if proxy is None or proxy.state not in rules.OPEN:
        raise Conflict("这项代办授权已经终止。", code="state")
    proxy.state = ProxyState.ENDED
    proxy.ended_at = timezone.now()
    proxy.save()
    return proxy


@action("hall-handed.consent", "在窗口登记代办授权", CONSENT, creates=True)
def consent_at_counter(
    union: Union,
    *,
    by: Actor,
    principal_person_id: int,
    name: str,
    document_number: str,
    relation: str,
    services: Sequence[str],
    until: date,
) -> Proxy:
    """Consent of somebody without an account, who stands at the counter with their document.

    The agent has to be bound to a record already; whoever takes it down cannot be the agent.
    """
    today = timezone.localdate()
    rules.check_term(until, today)
    claimed = persons.Identity.checked(name=name, document_number=document_number, today=today)
    agent = persons.by_document(claimed.document_number)
    if agent is None or agent.name != claimed.name:
        raise Refusal(
            "没有找到这位代办人的记录。",
            rule=rules.RULE,
            remedy="请代办人先在手机上登录并绑定本人身份，再来登记。",
            field="document_number",
            code="agent",
        )
    rules.check_pair(agent.pk, principal_person_id)
    if by.person_id == agent.pk:
        raise Forbidden("不能把自己登记为代办人。", remedy="请由另一位经办人登记。", code="own")
    with wall_at(Scope.everything()):
        made = Proxy(
            principal_person_id=principal_person_id,
            principal_name=name_of(principal_person_id),
            agent_person_id=agent.pk,
            agent_name=agent.name,
            relation=relation.strip()[:40],
            services=list(services),
            until=until,
            state=ProxyState.GRANTED,
            asked_on=today,
            answered_at=timezone.now(),
            taken_by=f"{union.name} {by.name}"[:120],
        )
        _end_lapsed(made, today)
        try:
            with transaction.atomic():
                made.save()
        except IntegrityError as error:
            raise Conflict(
                "已经有这位代办人的授权。", remedy="要改的先终止原来的授权。", code="again"
            ) from error
    messages.send([Recipient(person_id=agent.pk)], GRANTED, {})
    messages.send(
        [Recipient(person_id=principal_person_id)],
        TAKEN,
        {"agent": made.agent_name, "union": union.name, "until": day_words(until)},
        key=f"hall.consent.{made.pk}",
    )
    return made


@action("hall-handed.end_consent", "在窗口终止代办授权", CONSENT, creates=True)
def end_at_counter(union: Union, *, by: Actor, principal_person_id: int, pk: int) -> Proxy:
    """The person at the counter takes a consent back; it ends at once."""
    with wall_at(Scope((), principal_person_id)):
        rows = Proxy.objects.select_for_update().filter(principal_person_id=principal_person_id)
        proxy = rows.filter(pk=pk, state__in=rules.OPEN).first()
        if proxy is None:
            raise Conflict("这项代办授权已经终止。", code="state")
        proxy.state = ProxyState.ENDED
        proxy.ended_at = timezone.now()
        proxy.save()
    return proxy


@action("hall.drop_material", "不再保留材料", OWN)
def drop_material(kept: KeptMaterial, *, by: Actor) -> KeptMaterial:
    """Take back the consent to keep a material; its file is cleared."""
    if kept.ended_at is not None:
        raise Conflict("这份材料已经不再保留。", code="state")
    kept.ended_at = timezone.now()
    kept.save(update_fields=["ended_at"])
    release(kept.file)
    return kept


@action("hall.rate", "评价服务", OWN, creates=True)
def rate(
    nothing: None,
    *,
    by: Actor,
    line: TimelineLine,
    union: Union,
    service: str,
    title: str,
    score: int,
    words: str = "",
) -> Rating:
    """One's own settled matter, rated once."""
    if line.person_id != by.person_id:
        raise Forbidden("只能评价本人的事项。", code="own")
    if not line.settled:
        raise Conflict("还没有办结，办结后再评价。", code="open")
    if not 1 <= score <= 5:
        raise Refusal("请打 1 到 5 分。", field="score", code="score")
    made = Rating(
        service=service,
        title=title,
        system=line.system,
        person_id=line.person_id,
        target_type=line.target_type,
        target_id=line.target_id,
        score=score,
        words=words.strip()[:1000] or None,
        rated_at=timezone.now(),
    )
    made.place_at(union)
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        raise Conflict("这件事已经评价过。", rule="每件事评价一次", code="rated") from error
    note(score={"label": "评分", "after": score})
    return made


@action("hall.choose", "设置大字版和无障碍模式", CHOOSE, creates=True)
def choose(
    nothing: None,
    *,
    by: Actor,
    text: str = TextSize.NORMAL,
    contrast: str = Contrast.NORMAL,
    motion: str = Motion.NORMAL,
    simple: str = Simple.NORMAL,
) -> Ease:
    """How the signed-in user wants pages to be, on every browser of theirs."""
    made, _new = Ease.objects.update_or_create(
        user_id=by.user_id,
        defaults={"text": text, "contrast": contrast, "motion": motion, "simple": simple},
    )
    return made
