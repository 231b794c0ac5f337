"""Applications to join (入会申请): submit, return, decide, appeal, route, escalate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any

from django.core import signing
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.models import Grant, Unmasking
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.base.masking import mask_id, mask_mobile
from gonghui.kernel.base.sealing import keyring
from gonghui.kernel.base.workdays import add_workdays
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.codes.parameters import (
    APPROVAL_WORKDAYS,
    EXPELLED_NEEDS_SUPERIOR,
    POOL_WORKDAYS,
)
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.notify import timeline
from gonghui.kernel.notify.channels import Recipient
from gonghui.kernel.notify.messages import send
from gonghui.kernel.notify.templates import Category, Template
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.org.models import Union, UnionKind
from gonghui.kernel.org.scoping import Scope, wall_at
from gonghui.kernel.people import memberships, persons
from gonghui.kernel.people.models import MembershipStatus, Person
from gonghui.kernel.people.persons import DOCUMENT, MOBILE, Identity
from gonghui.kernel.process.models import Case
from gonghui.kernel.rules.versions import decide_for
from gonghui.systems.mobilization.membership.actions import joining_flow
from gonghui.systems.mobilization.membership.actions.receipts import next_receipt
from gonghui.systems.mobilization.membership.models.joining import (
    JoinApplication,
    JoinChannel,
    JoinState,
)
from gonghui.systems.mobilization.membership.permissions import (
    DECIDE_JOIN,
    ENTER_JOIN,
    ESCALATE_JOIN,
    FOLLOW_JOIN,
    RETURN_JOIN,
    REVEAL_JOIN,
    ROUTE_JOIN,
    SUBMIT_JOIN,
)
from gonghui.systems.mobilization.membership.queries.deciding import seat_of
from gonghui.systems.mobilization.membership.queries.joining import (
    OF_PERSON,
    OPTIONAL,
    PUBLIC_UNIONS,
    Applicant,
    Standing,
    is_applicant,
    open_application,
    standing_of,
)
from gonghui.systems.mobilization.membership.rules import joining as rules
from gonghui.systems.mobilization.membership.rules.routing import TRADE_TABLE

PREFIX = "RH"
TARGET = "membership.joinapplication"
SERVICE, SYSTEM = "申请入会", "C1.1"
STEPS = {
    "approved": ("已批准", "good", True),
    "returned": ("退回补正", "stop", False),
    "rejected": ("未批准", "stop", True),
    "routed": ("已分派", "info", False),
}
"""What the applicant's timeline says of a decision: words, tone, whether it is the end."""
DECIDE, FROM_ABOVE, ROUTE = "join.decide", "join.decide.superior", "join.route"
PROOF_SALT = "membership.join.applicant"
PROOF_MINUTES = Setting(
    "membership.proof_minutes",
    "查询入会进度的有效时间",
    int,
    30,
    "申请人核对受理编号后，多少分钟内可以查看和补正自己的申请，过后重新核对。",
    unit="分钟",
    minimum=5,
    maximum=120,
)
JOINED_BY_APPLICATION, JOINED_AGAIN = "11", "13"
TAKEN = Refusal(
    "该证件号码刚刚提交了另一份入会申请。",
    rule="同一人同一时间只能有一份入会申请",
    remedy="请用受理编号查询进度。",
    field="document_number",
    code="open_application",
)

ABOUT_JOINING = Category("join", "入会申请", may_mute=False)
TOLD = {
    "approved": Template(
        "join.approved",
        "您的入会申请已批准",
        "“{union}”已批准您的入会申请（{receipt}），会员号 {number}。",
        ABOUT_JOINING,
        "/hall/mine/",
    ),
    "returned": Template(
        "join.returned",
        "入会申请需要补正",
        "“{union}”退回了您的入会申请（{receipt}）：{reason}",
        ABOUT_JOINING,
        "/hall/joining/",
    ),
    "rejected": Template(
        "join.rejected",
        "入会申请未获批准",
        "“{union}”未批准您的入会申请（{receipt}）：{reason}。您可以向上级工会申诉。",
        ABOUT_JOINING,
        "/hall/joining/",
    ),
    "routed": Template(
        "join.routed",
        "入会申请已分派",
        "您的入会申请（{receipt}）已分派给“{union}”审批。",
        ABOUT_JOINING,
        "/hall/joining/",
    ),
}


def proof_for(application: JoinApplication) -> str:
    """What the browser of an applicant shows to act on the application, for half an hour."""
    return signing.dumps(application.pk, salt=PROOF_SALT)


def proven(proof: str) -> int | None:
    """The application a proof is for; None when it is forged or too old."""
    try:
        return signing.loads(proof, salt=PROOF_SALT, max_age=PROOF_MINUTES.value() * 60)
    except signing.BadSignature:
        return None


@action("join-applications.submit", "提交入会申请", SUBMIT_JOIN, creates=True)
def submit(
    union: Union,
    *,
    by: Actor,
    channel: str = JoinChannel.PHONE,
    agreed: bool,
    **fields: Any,
) -> JoinApplication:
    """An application of the applicant's own, to a union or, given a county union, to its pool.

    fields: as `Applicant.checked` takes them.
    """
    return _file(union, by, channel, agreed, fields)


@action("join-applications.enter", "代职工录入入会申请", ENTER_JOIN, creates=True)
def submit_for(union: Union, *, by: Actor, agreed: bool, **fields: Any) -> JoinApplication:
    """An application a cadre enters at the counter from the paper the worker signed."""
    if union.kind == UnionKind.COUNTY:
        return _file(union, by, JoinChannel.COUNTER, agreed, fields)
    rules.check_receives(union.kind, union.is_active, union.name)
    return _file(union, by, JoinChannel.COUNTER, agreed, fields)


def _file(
    union: Union, by: Actor, channel: str, agreed: bool, fields: dict[str, Any]
) -> JoinApplication:
    today = timezone.localdate()
    pooled = union.kind == UnionKind.COUNTY
    if not pooled:
        rules.check_receives(union.kind, union.is_active, union.name)
    _check_agreed(agreed)
    applicant = Applicant.checked(today=today, **fields)
    standing = standing_of(applicant.identity, today=today, by=by)
    application = JoinApplication(
        channel=channel,
        submitted_on=today,
        agreed_at=timezone.now(),
        state=JoinState.POOLED if pooled else JoinState.SUBMITTED,
        from_pool=pooled,
    )
    if channel == JoinChannel.COUNTER:
        application.entered_by_id = by.user_id
        application.entered_by_name = by.name
    _fill(application, applicant, standing)
    application.place_at(union)
    _set_term(application, today)
    application.receipt = next_receipt(PREFIX, today)
    _save_once(application)
    _ask(application, by)
    _line(application, "已提交", f"{union.name}在 {application.due_on:%Y-%m-%d} 前答复。")
    publish("cn.gonghui.membership.applied", f"{TARGET}/{application.pk}", {}, application.org_path)
    return application


def _check_agreed(agreed: bool) -> None:
    if not agreed:
        raise Refusal(
            "请确认自愿加入中国工会。",
            rule=rules.CHARTER,
            remedy="勾选入会承诺后再提交。",
            field="agreed",
            code="not_agreed",
        )


def _fill(application: JoinApplication, applicant: Applicant, standing: Standing) -> None:
    who: Identity = applicant.identity
    application.name = who.name
    application.sex = who.sex
    application.born_on = who.born_on
    application.document_kind = who.document_kind
    application.document = who.document_number
    application.document_index = keyring().blind_index(who.document_number, context=DOCUMENT)
    application.document_mask = mask_id(who.document_number)
    application.mobile = who.mobile
    application.mobile_index = keyring().blind_index(who.mobile, context=MOBILE)
    application.mobile_mask = mask_mobile(who.mobile)
    for key in OPTIONAL:
        setattr(application, key, applicant.facts.get(key, ""))
    application.person = standing.person
    application.former = standing.former


def _set_term(application: JoinApplication, today: date) -> None:
    """Start the term anew; what only a superior may decide goes there at once."""
    term = POOL_WORKDAYS if application.state == JoinState.POOLED else APPROVAL_WORKDAYS
    union = application.union
    nearest = [union.pk, *reversed(union.ancestor_ids)]
    application.due_on = add_workdays(today, term.on(today, nearest))
    application.escalated_to = None
    if application.state == JoinState.SUBMITTED and _needs_superior(application, today):
        application.escalated_to = union.parent


def _needs_superior(application: JoinApplication, today: date) -> bool:
    return application.former == MembershipStatus.EXPELLED and EXPELLED_NEEDS_SUPERIOR.on(today)


def _save_once(application: JoinApplication) -> None:
    """Save; the database lets one open application of a person through when two arrive at once."""
    try:
        with transaction.atomic():
            application.save()
    except IntegrityError as error:
        if "join_open_once" in str(error):
            raise TAKEN from error
        raise


def _ask(application: JoinApplication, by: Actor) -> None:
    """Open the to-do of who has to act now, closing those of the state before."""
    close_todo(target_type=TARGET, target_id=application.pk)
    if not joining_flow.begin(application, by):
        ask_union(application)


def ask_union(application: JoinApplication) -> None:
    """Open the to-do of the union, or of its superior, that decides without a flow."""
    pooled = application.state == JoinState.POOLED
    above = application.escalated_to
    permission = ROUTE_JOIN if pooled else DECIDE_JOIN
    seat = seat_of(above or application.union, permission, timezone.localdate())
    kind = ROUTE if pooled else FROM_ABOVE if above else DECIDE
    _open_todo(application, kind, seat, permission)


def _open_todo(application: JoinApplication, kind: str, union: Union, permission: Any) -> None:
    code = "join-pool" if application.state == JoinState.POOLED else "join-applications"
    what = {ROUTE: "周转池待分派", DECIDE: "入会待审批", FROM_ABOVE: "入会待上级审批"}[kind]
    if application.state == JoinState.APPEALED:
        what = "入会申诉待审批"
    open_todo(
        kind=kind,
        target_type=TARGET,
        target_id=application.pk,
        title=f"{what}：{application.name}（{application.union.name}）",
        link=reverse(f"resource:{code}:record", args=[application.pk]),
        org_path=union.path,
        union_id=union.pk,
        permission=permission.code,
        due_at=end_of(application.due_on),
    )


def end_of(day: date) -> datetime:
    """The last second of a day, Asia/Shanghai."""
    return timezone.make_aware(datetime.combine(day, time(23, 59, 59)))


def _check_state(application: JoinApplication, verb: str) -> None:
    if rules.may(verb, application.state):
        return
    if application.state == JoinState.WITHDRAWN:
        done = "该申请已由申请人撤回。"
    elif application.decided_at is not None:
        when = timezone.localtime(application.decided_at)
        what = {"approved": "同意", "rejected": "不予批准", "returned": "退回补正"}.get(
            application.state, "办理"
        )
        done = f"该申请已由{application.decided_by_name}于{when:%Y年%m月%d日%H:%M}{what}。"
    else:
        done = f"该申请目前是“{application.get_state_display()}”，不能这样办理。"
    raise Conflict(done, remedy="请刷新页面查看最新情况。", code="already_done")


def _decided(application: JoinApplication, by: Actor) -> None:
    application.decided_by_id = by.user_id
    application.decided_by_name = by.name
    application.decided_at = timezone.now()
    application.version += 1


def _check_decider(application: JoinApplication, by: Actor) -> None:
    rules.check_decider(
        user_id=by.user_id,
        is_applicant=is_applicant(application, by),
        entered_by=application.entered_by_id,
        appeal_against=(
            application.rejected_by_id if application.state == JoinState.APPEALED else None
        ),
    )
    above = by.everywhere or rules.decides_from_above(by.paths(DECIDE_JOIN), application.org_path)
    if application.state == JoinState.APPEALED:
        rules.check_superior(above, "这份申请已由申请人向上级工会申诉")
    elif _needs_superior(application, timezone.localdate()):
        rules.check_superior(above, "申请人曾被开除会籍")


@action("join-applications.approve", "批准入会申请", DECIDE_JOIN)
def approve(
    application: JoinApplication, *, by: Actor, reason: str = "", case: Case | None = None
) -> JoinApplication:
    """Make the applicant a member of the union applied to, with a number for life.

    case: the case whose step this is, for an application that runs by a flow.
    """
    _check_state(application, "approve")
    joining_flow.check_not_on_flow(application, case)
    _check_decider(application, by)
    today = timezone.localdate()
    union = application.union
    rules.check_receives(union.kind, union.is_active, union.name)
    identity = _identity(application)
    standing = standing_of(identity, today=today, by=by, but=application.pk)
    # A former member's record may lie in another county until this moment.
    with wall_at(Scope.everything()):
        person = persons.register(identity, union)
        _supplement(person, application)
        membership = memberships.admit(
            person,
            union,
            on=today,
            cause=JOINED_AGAIN if standing.former else JOINED_BY_APPLICATION,
        )
    application.person = person
    application.membership = membership
    application.member_number = membership.number
    application.state = JoinState.APPROVED
    application.reason = ""
    application.faulty_fields = []
    _decided(application, by)
    application.save()
    close_todo(target_type=TARGET, target_id=application.pk, by=by.user_id)
    _tell(application, "approved", number=membership.number)
    return application


def _identity(application: JoinApplication) -> Identity:
    """The identity on an application, checked again on the day it counts."""
    return Applicant.checked(
        today=timezone.localdate(),
        name=application.name,
        document_kind=application.document_kind,
        document_number=application.document.reveal(),
        mobile=application.mobile.reveal(),
        born_on=application.born_on,
        sex=application.sex,
        **{key: getattr(application, key) for key in OF_PERSON},
    ).with_facts()


def _supplement(person: Person, application: JoinApplication) -> None:
    """Fill in what the record did not know; what it knows is corrected elsewhere."""
    changes = {
        key: getattr(application, key)
        for key in OF_PERSON
        if getattr(application, key) and not getattr(person, key)
    }
    if not person.mobile_mask:
        changes["mobile"] = application.mobile.reveal()
    if changes:
        persons.correct(person, **changes)


@action("join-applications.reject", "不予批准入会申请", DECIDE_JOIN)
def reject(
    application: JoinApplication, *, by: Actor, reason: str, case: Case | None = None
) -> JoinApplication:
    """Refuse an application; the applicant is told why and may appeal to the superior once.

    case: as for `approve`.
    """
    _check_state(application, "reject")
    joining_flow.check_not_on_flow(application, case)
    _check_decider(application, by)
    application.reason = rules.check_reason(reason, "不予批准的理由")
    application.state = JoinState.REJECTED
    application.rejected_by_id = by.user_id
    _decided(application, by)
    application.save()
    close_todo(target_type=TARGET, target_id=application.pk, by=by.user_id)
    _tell(application, "rejected", reason=application.reason)
    return application


@action("join-applications.return", "退回入会申请补正", RETURN_JOIN)
def return_(
    application: JoinApplication, *, by: Actor, reason: str, faulty_fields: Sequence[str] = ()
) -> JoinApplication:
    """Give an application back for mending; the term stands still until it is sent again."""
    _check_state(application, "return")
    rules.check_decider(
        user_id=None,
        is_applicant=is_applicant(application, by),
        entered_by=None,
        appeal_against=None,
    )
    application.reason = rules.check_reason(reason, "需要补正的内容")
    application.faulty_fields = list(faulty_fields)
    application.state = JoinState.RETURNED
    _decided(application, by)
    application.save()
    joining_flow.stop(application, by, application.reason)
    close_todo(target_type=TARGET, target_id=application.pk, by=by.user_id)
    _tell(application, "returned", reason=application.reason)
    return application


@action("join-applications.resubmit", "补正后重新提交入会申请", FOLLOW_JOIN)
def resubmit(
    application: JoinApplication,
    *,
    by: Actor,
    proof: str = "",
    union: Union | None = None,
    agreed: bool = True,
    **fields: Any,
) -> JoinApplication:
    """The applicant sends a returned application again, to the same or another union."""
    _check_is_applicant(application, by, proof)
    return _again(application, by, union, agreed, fields)


@action("join-applications.resubmit-for", "代职工补正入会申请", ENTER_JOIN)
def resubmit_for(
    application: JoinApplication, *, by: Actor, agreed: bool = True, **fields: Any
) -> JoinApplication:
    """A cadre mends a returned application with the applicant at the counter."""
    application.entered_by_id = by.user_id
    application.entered_by_name = by.name
    return _again(application, by, None, agreed, fields)


def _again(
    application: JoinApplication,
    by: Actor,
    union: Union | None,
    agreed: bool,
    fields: dict[str, Any],
) -> JoinApplication:
    _check_state(application, "resubmit")
    _check_agreed(agreed)
    today = timezone.localdate()
    applicant = Applicant.checked(today=today, **fields)
    standing = standing_of(applicant.identity, today=today, by=by, but=application.pk)
    _fill(application, applicant, standing)
    if union is not None and union.pk != application.union_id:
        if union.kind != UnionKind.COUNTY:
            rules.check_receives(union.kind, union.is_active, union.name)
        application.from_pool = union.kind == UnionKind.COUNTY
        application.place_at(union)
    pooled = application.union.kind == UnionKind.COUNTY
    application.state = JoinState.POOLED if pooled else JoinState.SUBMITTED
    application.reason = ""
    application.faulty_fields = []
    application.version += 1
    _set_term(application, today)
    _save_once(application)
    _ask(application, by)
    _line(application, "已补正提交")
    return application


@action("join-applications.withdraw", "撤回入会申请", FOLLOW_JOIN)
def withdraw(
    application: JoinApplication, *, by: Actor, proof: str = "", reason: str = ""
) -> JoinApplication:
    """The applicant takes the application back before it is decided."""
    _check_is_applicant(application, by, proof)
    _check_state(application, "withdraw")
    application.state = JoinState.WITHDRAWN
    application.version += 1
    application.save()
    joining_flow.stop(application, by, reason)
    close_todo(target_type=TARGET, target_id=application.pk)
    _line(application, "已撤回", tone="idle", settled=True)
    return application


@action("join-applications.appeal", "对不予批准提出申诉", FOLLOW_JOIN)
def appeal(
    application: JoinApplication, *, by: Actor, proof: str = "", reason: str
) -> JoinApplication:
    """The applicant asks the superior to decide again; once."""
    _check_is_applicant(application, by, proof)
    _check_state(application, "appeal")
    if application.appealed_at is not None:
        raise Refusal(
            "这份申请已经申诉过，上级工会维持了原决定。",
            rule="对同一决定申诉一次",
            remedy="情况有变化的，可以重新提交入会申请，或拨打 12351。",
            code="appealed_before",
        )
    superior = application.union.parent
    if superior is None:
        raise Refusal("该工会没有上级工会，不能申诉。", rule="申诉由上级工会办理")
    if open_application(application.document.reveal(), application.pk) is not None:
        raise TAKEN
    application.appeal = rules.check_reason(reason, "申诉理由")
    application.appealed_at = timezone.now()
    application.state = JoinState.APPEALED
    application.version += 1
    _set_term(application, timezone.localdate())
    application.escalated_to = superior
    _save_once(application)
    _ask(application, by)
    _line(application, "已向上级工会申诉", f"由{superior.name}重新审批。")
    return application


def _check_is_applicant(application: JoinApplication, by: Actor, proof: str) -> None:
    if is_applicant(application, by) or (proof and proven(proof) == application.pk):
        return
    raise Forbidden(
        "只有申请人本人可以这样办理。",
        rule="申请人对自己的申请有补正、撤回和申诉的权利",
        remedy="请用受理编号、证件号码末四位和手机号码末四位重新查询后再办理。",
        code="not_applicant",
    )


@action("join-applications.route", "分派周转池申请到工会", ROUTE_JOIN)
def route(
    application: JoinApplication, *, by: Actor, union: Union, reason: str = ""
) -> JoinApplication:
    """Send an application of the pool to a union of the same city, which then decides it."""
    _check_state(application, "route")
    _check_router(application, by)
    rules.check_receives(union.kind, union.is_active, union.name)
    pool = application.union
    if union.city_id != (pool.city_id or pool.pk):
        raise Refusal(
            f"“{union.name}”不在本市。",
            rule="周转池的申请分派给本市的工会",
            remedy="请转给申请人所在县区的工会，由其分派。",
            field="union",
            code="other_city",
        )
    if application.trade:
        # Kept, so that a change of the table can be tried on what was routed before.
        decide_for(
            TRADE_TABLE,
            application,
            {"trade": application.trade},
            union=pool,
            on=timezone.localdate(),
            now=timezone.now(),
        )
    return _hand_over(application, union, JoinState.SUBMITTED, by)


@action("join-applications.forward", "转其他县区分派", ROUTE_JOIN)
def forward(
    application: JoinApplication, *, by: Actor, union: Union, reason: str
) -> JoinApplication:
    """Send an application of the pool on to the pool of another county."""
    _check_state(application, "forward")
    _check_router(application, by)
    rules.check_reason(reason, "转出的原因")
    if union.kind != UnionKind.COUNTY or not union.is_active:
        raise Refusal(
            f"“{union.name}”不是县（市、区）总工会。",
            rule="周转池设在县（市、区）总工会",
            field="union",
            code="not_a_county",
        )
    if union.pk == application.union_id:
        raise Refusal(f"申请已经在“{union.name}”的周转池中。", field="union", code="same_pool")
    return _hand_over(application, union, JoinState.POOLED, by)


def _check_router(application: JoinApplication, by: Actor) -> None:
    if is_applicant(application, by):
        raise Forbidden(
            "不能分派本人的入会申请。",
            rule=rules.FAIRNESS,
            remedy="请由本工会的其他经办人办理。",
            code="own_application",
        )


def _hand_over(
    application: JoinApplication, union: Union, state: str, by: Actor
) -> JoinApplication:
    note(routed={"label": "分派", "before": application.union.name, "after": union.name})
    application.place_at(union)
    application.state = state
    application.routed_at = timezone.now()
    application.routed_by_name = by.name
    _decided(application, by)
    _set_term(application, timezone.localdate())
    application.save()
    _ask(application, by)
    if state == JoinState.SUBMITTED:
        _tell(application, "routed")
    return application


@action("join-applications.escalate", "逾期申请报上级工会", ESCALATE_JOIN)
def escalate(application: JoinApplication, *, by: Actor) -> JoinApplication:
    """Let the superior decide too, because the term has passed; the union still may.

    Where a flow runs, its own terms do this.
    """
    _check_state(application, "escalate")
    joining_flow.check_not_on_flow(application, None)
    today = timezone.localdate()
    superior = (application.escalated_to or application.union).parent
    if application.due_on >= today or superior is None:
        raise Conflict("该申请不需要报上级工会。", code="not_overdue")
    application.escalated_to = superior
    nearest = [superior.pk, *reversed(superior.ancestor_ids)]
    application.due_on = add_workdays(today, APPROVAL_WORKDAYS.on(today, nearest))
    application.version += 1
    application.save()
    _open_todo(application, FROM_ABOVE, superior, DECIDE_JOIN)
    publish(
        "cn.gonghui.membership.application-escalated",
        f"{TARGET}/{application.pk}",
        {"to": superior.pk},
        application.org_path,
    )
    return application


@action("join-applications.reveal", "查看申请人完整个人信息", REVEAL_JOIN, step_up=True)
def reveal(application: JoinApplication, *, by: Actor, reason: str) -> dict[str, str]:
    """Document and mobile number in plain, by label; the look is logged with its reason."""
    rules.check_reason(reason, "查看理由")
    Unmasking.objects.create(
        user_id=by.user_id or 0,
        person_id=application.person_id or 0,
        fields=["document_number", "mobile"],
        reason=f"{application.receipt}：{reason}"[:200],
    )
    return {
        "证件号码": application.document.reveal(),
        "手机号码": application.mobile.reveal(),
    }


def decide_each(
    applications: Iterable[JoinApplication], *, by: Actor
) -> list[tuple[JoinApplication, str]]:
    """Approve each on its own; pairs of application and what stood in the way, "" for nothing."""
    results = []
    for application in applications:
        try:
            with transaction.atomic():
                results.append((approve(application, by=by), ""))
        except Refusal as refusal:
            results.append((application, str(refusal)))
    return results


def _tell(application: JoinApplication, what: str, **context: str) -> None:
    """Tell the applicant over every channel; one not yet on file reads it on the progress page."""
    if application.person_id is None:
        return
    send(
        [Recipient(person_id=application.person_id)],
        TOLD[what],
        {"union": application.union.name, "receipt": application.receipt, **context},
        key=f"{application.receipt}/{what}/{application.version}",
        org_path=application.org_path,
    )
    title, tone, settled = STEPS[what]
    _line(application, title, context.get("reason", ""), tone=tone, settled=settled)


def _line(
    application: JoinApplication,
    title: str,
    text: str = "",
    *,
    tone: str = "info",
    settled: bool = False,
) -> None:
    """Keep a step on the applicant's timeline; one not yet on file gets theirs when approved."""
    if application.person_id is None:
        return
    line = {
        "service": SERVICE,
        "system": SYSTEM,
        "target_type": TARGET,
        "target_id": application.pk,
        "link": reverse("hall-joining-open", args=[application.pk]),
    }
    # Whoever decides sees no line of the applicant's; it is asked only whether it has begun.
    with wall_at(Scope((), application.person_id)):
        begun = timeline.of_matter(application.person_id, TARGET, application.pk).exists()
    if settled and not begun:
        at = application.created_at
        timeline.tell(application.person_id, title="已提交", at=at, **line)
    timeline.tell(application.person_id, title=title, text=text, tone=tone, settled=settled, **line)


def deciders_of(union: Union, today: date) -> list[int]:
    """Users who approve at exactly this union today."""
    rows = Grant.objects.unscoped("a reminder goes to whoever has to decide").filter(
        union=union,
        role__in=[role.code for role in DECIDE_JOIN.roles],
        ended_at=None,
        valid_from__lte=today,
    )
    return list(rows.exclude(valid_to__lt=today).values_list("user_id", flat=True).distinct())


def union_of(pk: int) -> Union:
    """An active union by id, for a form that named it."""
    found = Union.objects.unscoped(PUBLIC_UNIONS).filter(pk=pk).first()
    if found is None:
        raise Refusal("没有找到这个工会，请重新选择。", rule="工会名录", field="union")
    return found
