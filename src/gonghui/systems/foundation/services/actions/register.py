"""Registering a system, its review, changes, yearly confirmation, life and end."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.org.models import Union
from gonghui.kernel.resource.declaration import SYSTEMS
from gonghui.kernel.security import outgoing
from gonghui.systems.foundation.services.models import Dependency, Service
from gonghui.systems.foundation.services.models.register import (
    Grade,
    Kind,
    Means,
    Reach,
    Review,
    Stage,
    Standing,
)
from gonghui.systems.foundation.services.permissions import (
    GUARDED,
    REGISTER,
    RETIRE,
    REVIEW,
)
from gonghui.systems.foundation.services.queries import register as queries
from gonghui.systems.foundation.services.rules import life

TARGET = "services.service"
TO_REVIEW, TO_MEND, TO_CONFIRM = "services.review", "services.mend", "services.confirm"
REGISTERED = "登记的访问地址"
FIELDS = (
    "name",
    "kind",
    "purpose",
    "department",
    "post",
    "phone",
    "address",
    "protocol",
    "part_of",
    "edition",
    "supplier",
    "live_on",
)


@action("services.register", "登记系统", REGISTER, creates=True)
def register(
    union: Union,
    *,
    by: Actor,
    stage: str = life.RUNNING,
    sure: bool = False,
    **facts: Any,
) -> Service:
    """A union registers a system, site or interface; the union above reviews it."""
    made = Service(
        stage=_choice(Stage, stage, "stage"),
        registered_by_id=by.user_id,
        registered_at=timezone.now(),
    )
    made.place_at(union)
    _fill(made, facts, by)
    if not sure:
        _refuse_twins(made)
    made.save()
    _await_review(made)
    _told(made, "registered")
    return made


@action("services.approve", "审核通过", REVIEW, place=queries.reviewer_path)
def approve(service: Service, *, by: Actor) -> Service:
    """The union above takes the registration into the register."""
    _reviewing(service, by)
    service.review, service.review_reason = Review.APPROVED, ""
    _confirmed(service, timezone.localdate())
    _stored(service)
    close_todo(target_type=TARGET, target_id=service.pk, by=by.user_id)
    _told(service, "approved")
    return service


@action("services.return", "退回修改", REVIEW, place=queries.reviewer_path)
def send_back(service: Service, *, by: Actor, reason: str) -> Service:
    """The registration goes back with what is wrong with it."""
    _reviewing(service, by)
    service.review, service.review_reason = Review.RETURNED, reason
    _stored(service)
    close_todo(target_type=TARGET, target_id=service.pk, by=by.user_id)
    open_todo(
        kind=TO_MEND,
        target_type=TARGET,
        target_id=service.pk,
        title=f"系统登记被退回，请修改：{service.name}",
        link=page(service),
        org_path=service.org_path,
        union_id=service.union_id,
        permission=REGISTER.code,
    )
    return service


@action("services.change", "变更登记", REGISTER)
def change(service: Service, *, by: Actor, sure: bool = False, **facts: Any) -> Service:
    """Other facts of a registration; one that was returned goes to its reviewer again."""
    _living(service)
    _fill(service, facts, by)
    if not sure:
        _refuse_twins(service)
    if service.review == Review.RETURNED:
        service.review, service.review_reason = Review.PENDING, ""
        service.registered_by_id = by.user_id
        close_todo(target_type=TARGET, target_id=service.pk, by=by.user_id)
        _await_review(service)
    _stored(service)
    _told(service, "changed")
    return service


@action("services.guard", "登记合同和等级保护", GUARDED)
def guard(service: Service, *, by: Actor, contract_no: str, grade: str, filing_no: str) -> Service:
    """Contract number, protection grade and filing, for the administrators of the range."""
    _living(service)
    life.check_grade(grade, filing_no)
    service.contract_no = contract_no.strip()
    service.grade = _choice(Grade, grade, "grade")
    service.filing_no = filing_no.strip()
    return _stored(service)


@action("services.link", "登记依赖", REGISTER)
def link(
    service: Service,
    *,
    by: Actor,
    means: str,
    system: str = "",
    target: Service | None = None,
    text: str = "",
) -> Service:
    """Say what a system needs: one of the platform's own, or a registered one."""
    _living(service)
    if bool(system) == (target is not None):
        raise Refusal("请在平台系统和登记的系统中选择一个。", field="system")
    if system and system not in SYSTEMS:
        raise Refusal("平台没有这个系统。", field="system")
    if target is not None:
        _may_need(service, target, by)
    _, added = Dependency.objects.get_or_create(
        service=service,
        system=system,
        target=target,
        defaults={"means": _choice(Means, means, "means"), "note": text.strip()},
    )
    if not added:
        raise Conflict("这项依赖已经登记过了。", remedy="如需修改说明，请先去掉再登记。")
    note(needs={"label": "依赖", "before": None, "after": target.name if target else system})
    return _stored(service)


@action("services.unlink", "去掉依赖", REGISTER)
def unlink(service: Service, *, by: Actor, need: int) -> Service:
    """A system no longer needs another."""
    found = service.needs.select_related("target").filter(pk=need).first()
    if found is None:
        raise Conflict("这项依赖已经去掉了。")
    name = found.target.name if found.target else found.system
    found.delete()
    note(needs={"label": "依赖", "before": name, "after": None})
    return _stored(service)


@action("services.confirm", "年度确认", REGISTER)
def confirm(service: Service, *, by: Actor) -> Service:
    """The owner says that the registration is still true."""
    _registered(service)
    _living(service)
    _confirmed(service, timezone.localdate())
    _stored(service)
    close_todo(target_type=TARGET, target_id=service.pk, kind=TO_CONFIRM, by=by.user_id)
    return service


@action("services.stage", "变更生命周期", REGISTER)
def advance(service: Service, *, by: Actor, stage: str) -> Service:
    """The next stage of a system's life, short of its suspension or end."""
    _registered(service)
    if stage in life.STOPPING:
        raise Refusal("停用和退役请用“停用或退役”办理，先看影响。", field="stage")
    life.check_stage(service.stage, stage)
    service.stage = stage
    if stage == life.RUNNING and service.live_on is None:
        service.live_on = timezone.localdate()
    _told(service, "stage")
    return _stored(service)


@action("services.retire", "停用或退役", RETIRE)
def retire(
    service: Service,
    *,
    by: Actor,
    stage: str,
    on: date,
    reason: str,
    successor: Service | None = None,
) -> Service:
    """Suspend or end a system; what still needs it must have a successor to turn to."""
    _registered(service)
    if stage not in life.STOPPING:
        raise Refusal("请选择停用或退役。", field="stage")
    if successor is not None and (successor.pk == service.pk or not successor.is_live):
        raise Refusal("接替的系统不能是它自己，也不能已经退役。", field="successor")
    count = queries.live_dependants(service)
    life.check_stage(service.stage, stage, dependants=count, successor=successor is not None)
    if service.live_on and on < service.live_on:
        raise Refusal("不能早于上线日期。", field="on")
    service.stage, service.successor = stage, successor
    service.retired_on = on if stage == life.RETIRED else None
    _stored(service)
    if stage == life.RETIRED:
        close_todo(target_type=TARGET, target_id=service.pk)
    note(dependants={"label": "受影响的系统", "before": None, "after": count})
    _told(service, "stopped")
    return service


@action("services.reach", "检查可达", REGISTER)
def reach(service: Service, *, by: Actor) -> Service:
    """Call the address once, through the guard of outgoing calls."""
    if not service.address:
        raise Refusal("没有登记访问地址。", field="address")
    service.reach, service.reach_note = asked(service.address)
    service.reached_at = timezone.now()
    return _stored(service)


def asked(address: str) -> tuple[str, str]:
    """Whether an address answers, and with what."""
    try:
        answer = outgoing.request(
            "GET", address, party=REGISTERED, timeout=5, max_bytes=2_000_000, follow=True
        )
    except outgoing.Unreachable as trouble:
        return Reach.NO, trouble.message
    except outgoing.Refused as refused:
        return Reach.UNKNOWN, refused.message
    if answer.status_code >= 500:
        return Reach.NO, f"对方出错（状态码 {answer.status_code}）"
    return Reach.YES, f"有应答（状态码 {answer.status_code}）"


def remind(service: Service, today: date) -> bool:
    """Bring the standing of a registration up to date; open the to-do when it is due."""
    if service.due_on is None:
        return False
    found = life.standing(
        service.due_on,
        today,
        notice=queries.NOTICE_DAYS.value(service.org_path),
        grace=queries.GRACE_DAYS.value(service.org_path),
    )
    if found == life.CURRENT:
        return False
    with transaction.atomic():
        rows = Service.objects.unscoped("the yearly confirmation goes over every registration")
        rows.filter(pk=service.pk, due_on=service.due_on).update(standing=found)
        open_todo(
            kind=TO_CONFIRM,
            target_type=TARGET,
            target_id=service.pk,
            title=f"确认系统登记：{service.name}（{Standing(found).label}）",
            link=page(service),
            org_path=service.org_path,
            union_id=service.union_id,
            permission=REGISTER.code,
            due_at=timezone.make_aware(datetime.combine(service.due_on, time(23, 59, 59))),
        )
    return True


def page(service: Service) -> str:
    """The record of a registration in the workbench."""
    return reverse("resource:services:record", args=[service.pk])


def _fill(service: Service, facts: dict[str, Any], by: Actor) -> None:
    unknown = set(facts) - set(FIELDS)
    if unknown:
        raise TypeError(f"not facts of a registration: {sorted(unknown)}")
    for name, value in facts.items():
        setattr(service, name, value.strip() if isinstance(value, str) else value)
    _choice(Kind, service.kind, "kind")
    service.address = life.check_address(service.address)
    service.phone = life.check_contact(service.phone)
    if service.kind == Kind.SITE and not service.address:
        raise Refusal("网站应填写访问地址。", field="address")
    parent = service.part_of
    if service.kind == Kind.INTERFACE and parent is None:
        raise Refusal("接口应写明属于哪个系统。", field="part_of")
    if parent is not None:
        if parent.pk == service.pk or parent.kind == Kind.INTERFACE:
            raise Refusal("所属系统应是另一个应用系统或网站。", field="part_of")
        _may_need(service, parent, by)
    if (
        service.live_on
        and service.live_on > timezone.localdate()
        and (service.stage in (life.RUNNING, life.SUSPENDED))
    ):
        raise Refusal("已经运行的系统，上线日期不能在今天以后。", field="live_on")


def _may_need(service: Service, target: Service, by: Actor) -> None:
    known = {item.pk for item in queries.offered_targets(by, service.org_path)}
    if target.pk == service.pk or (not by.everywhere and target.pk not in known):
        raise Refusal(
            "只能选择本范围内或上级工会已登记的系统。",
            remedy="其他单位的系统请先由双方商定，再请上级登记。",
            field="target",
        )


def _refuse_twins(service: Service) -> None:
    twins = queries.similar(service.name, service.address, besides=service.pk)
    if twins:
        named = "、".join(f"{item.name}（{item.union.name}）" for item in twins)
        raise Refusal(
            f"疑似已经登记过：{named}。",
            rule="同一个系统只登记一次",
            remedy="确为不同的系统，请勾选“确认不是重复登记”再提交。",
            field="sure",
            code="twin",
        )


def _choice(kind: type, value: str, name: str) -> str:
    if value not in kind.values:
        raise Refusal("没有这个选项。", field=name)
    return value


def _reviewing(service: Service, by: Actor) -> None:
    if service.review != Review.PENDING:
        raise Conflict("这项登记不在待审核状态。", remedy="请查看它的最新状态。")
    if by.user_id is not None and by.user_id == service.registered_by_id:
        raise Forbidden(
            "登记人不能审核自己的登记。",
            rule="登记与审核由不同的人办理",
            remedy="请由本工会或上级工会的其他系统管理员审核。",
            code="own",
        )


def _registered(service: Service) -> None:
    if service.review != Review.APPROVED:
        raise Conflict("登记审核通过后才能办理。")


def _living(service: Service) -> None:
    if not service.is_live:
        raise Conflict("系统已经退役，登记不再变更。", rule=life.LIFE_RULE)


def _confirmed(service: Service, today: date) -> None:
    service.confirmed_on, service.standing = today, Standing.CURRENT
    service.due_on = life.next_due(today, queries.CONFIRM_DAYS.value(service.org_path))


def _stored(service: Service) -> Service:
    service.version += 1
    service.save()
    return service


def _await_review(service: Service) -> None:
    open_todo(
        kind=TO_REVIEW,
        target_type=TARGET,
        target_id=service.pk,
        title=f"审核系统登记：{service.name}",
        link=page(service),
        org_path=service.org_path,
        union_id=queries.reviewing_union(service),
        permission=REVIEW.code,
    )


def _told(service: Service, what: str) -> None:
    publish(
        f"cn.gonghui.services.{what}",
        f"service/{service.pk}",
        {"id": service.pk, "stage": service.stage},
        service.org_path,
    )
