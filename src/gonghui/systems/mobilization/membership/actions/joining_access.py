"""Applicants without an account: finding one's application again, drafts, opening an account.

Counters live in the database, so that several web processes share them. Their writes must
commit although the request is refused, so these functions answer instead of raising.
"""

from __future__ import annotations

import hmac
import json
import secrets
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.base.identifiers import compact
from gonghui.kernel.base.ids import check_receipt_number
from gonghui.kernel.base.sealing import keyring
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.identity import passwords
from gonghui.kernel.identity.models import User
from gonghui.kernel.org.scoping import Scope, wall_at
from gonghui.kernel.people.models import Person
from gonghui.systems.mobilization.membership.actions.joining import proven
from gonghui.systems.mobilization.membership.models.joining import (
    AttemptCounter,
    JoinApplication,
    JoinDraft,
    JoinState,
)
from gonghui.systems.mobilization.membership.permissions import OPEN_ACCOUNT

LOCK_RULE = "GB/T 22239-2019 身份鉴别：登录失败处理"
WINDOW = timedelta(minutes=15)
TRIES_PER_RECEIPT = Setting(
    "membership.receipt_tries",
    "同一受理编号的查询次数",
    int,
    5,
    "没有账号的申请人查询进度，同一受理编号 15 分钟内最多试几次。",
    unit="次",
    minimum=3,
    maximum=20,
    dangerous=True,
)
TRIES_PER_ADDRESS = Setting(
    "membership.address_tries",
    "同一网络地址的查询次数",
    int,
    40,
    "同一网络地址 15 分钟内最多查询几次入会进度。一个厂区常共用一个地址。",
    unit="次",
    minimum=10,
    maximum=1_000,
    dangerous=True,
)
CHECKS_PER_ADDRESS = Setting(
    "membership.address_checks",
    "同一网络地址的入会核对次数",
    int,
    300,
    "同一网络地址 15 分钟内最多核对几个人的证件。集中入会时可以临时调高。",
    unit="次",
    minimum=50,
    maximum=5_000,
    dangerous=True,
)
DRAFT_DAYS = Setting(
    "membership.draft_days",
    "入会申请草稿的保留天数",
    int,
    30,
    "没有提交的入会申请保留多少天，其中有个人信息，到期自动删除。",
    unit="天",
    minimum=1,
    maximum=180,
)
CODE_MINUTES = Setting(
    "membership.code_minutes",
    "开通账号验证码的有效时间",
    int,
    15,
    "凭入会申请开通账号的验证码多少分钟内有效，只能用一次。",
    unit="分钟",
    minimum=5,
    maximum=60,
)
CODE_CONTEXT = "membership_joinapplication.account_code"
NOT_FOUND = Refusal(
    "没有找到与这三项都相符的申请。",
    rule="查询需受理编号、证件号码末四位和手机号码末四位三项相符",
    remedy="请对照回执核对；回执丢失的，可到所在工会或拨打 12351 查询。",
    code="no_match",
)
TOO_OFTEN = Refusal("尝试次数过多，请 15 分钟后再试。", rule=LOCK_RULE, code="too_often")
_COUNT = """
INSERT INTO membership_attemptcounter (key, count, since) VALUES (%s, 1, %s)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN membership_attemptcounter.since < %s THEN 1
            ELSE membership_attemptcounter.count + 1 END,
    since = CASE WHEN membership_attemptcounter.since < %s THEN excluded.since
            ELSE membership_attemptcounter.since END
RETURNING count
"""


def count_attempt(key: str, now: datetime) -> int:
    """Count one try of `key` and return how many there were within 15 minutes."""
    start = now - WINDOW
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [key[:80], now, start, start])
        return cursor.fetchone()[0]


def may_check(address: str, now: datetime) -> bool:
    """Whether an address may have another identity checked; a workshop shares one address."""
    return count_attempt(f"join.check:{address}", now) <= CHECKS_PER_ADDRESS.value()


def find_own(
    receipt: str, document_end: str, mobile_end: str, *, address: str, now: datetime
) -> JoinApplication | Refusal:
    """The application all three are of, or one and the same refusal whatever is wrong."""
    if count_attempt(f"join.address:{address}", now) > TRIES_PER_ADDRESS.value():
        return TOO_OFTEN
    try:
        check_receipt_number(receipt)
    except Refusal as refusal:
        return refusal
    number = compact(receipt)
    key = f"join.receipt:{number}"
    if count_attempt(key, now) > TRIES_PER_RECEIPT.value():
        return TOO_OFTEN
    found = (
        JoinApplication.objects.unscoped("the applicant shows three things only they have")
        .filter(receipt=_hyphened(number))
        .select_related("union", "union__parent")
        .first()
    )
    shown = f"{compact(document_end)[-4:]}|{compact(mobile_end)[-4:]}"
    true = f"{found.document.reveal()[-4:]}|{found.mobile.reveal()[-4:]}" if found else "----|----"
    if not hmac.compare_digest(shown.encode(), true.encode()) or found is None:
        return NOT_FOUND
    AttemptCounter.objects.filter(key=key[:80]).delete()
    return found


def _hyphened(number: str) -> str:
    """A receipt number with its hyphens, as stored."""
    plain = number.replace("-", "")
    head = plain[:10]
    return f"{head}-{plain[10:-1]}-{plain[-1]}"


def read_draft(key: str | None, user_id: int | None) -> tuple[str, dict[str, Any], datetime | None]:
    """Key, content and time of a user's or a browser's draft; a fresh key where there is none."""
    rows = JoinDraft.objects.all()
    draft = rows.filter(user_id=user_id).first() if user_id else None
    if draft is None and key:
        draft = rows.filter(pk=key, user_id=None).first()
    if draft is None:
        return secrets.token_urlsafe(32), {}, None
    return draft.key, json.loads(draft.data.reveal()), draft.saved_at


def keep_draft(key: str, data: dict[str, Any], user_id: int | None) -> None:
    """Save a draft, sealed; a browser's draft becomes the user's when they sign in."""
    text = json.dumps(data, ensure_ascii=False)
    if user_id:
        JoinDraft.objects.filter(user_id=user_id).exclude(pk=key).delete()
    JoinDraft.objects.update_or_create(pk=key, defaults={"data": text, "user_id": user_id})


def drop_draft(key: str) -> None:
    JoinDraft.objects.filter(pk=key).delete()


def forget_old(today: date) -> int:
    """Remove drafts nobody touched for DRAFT_DAYS, and old counters; returns how many drafts."""
    before = timezone.now() - timedelta(days=DRAFT_DAYS.value())
    removed, _ = JoinDraft.objects.filter(saved_at__lt=before).delete()
    AttemptCounter.objects.filter(since__lt=Now() - timedelta(days=1)).delete()
    return removed


def new_code(application: JoinApplication, document_number: str, now: datetime) -> str | Refusal:
    """A one-time code to open an account, for who knows the whole document number.

    Shown once on the progress page; only its keyed digest is kept.
    """
    if count_attempt(f"join.account:{application.pk}", now) > TRIES_PER_RECEIPT.value():
        return TOO_OFTEN
    shown = compact(document_number).encode()
    if not hmac.compare_digest(shown, application.document.reveal().encode()):
        return Refusal(
            "证件号码与申请不符。",
            rule="开通账号须核对完整证件号码",
            remedy="请对照证件重新输入。",
            field="document_number",
            code="wrong_document",
        )
    code = f"{secrets.randbelow(10**8):08d}"
    JoinApplication.objects.unscoped("the applicant has just shown who they are").filter(
        pk=application.pk
    ).update(
        account_code=_digest(application, code),
        account_code_until=now + timedelta(minutes=CODE_MINUTES.value()),
    )
    return code


def _digest(application: JoinApplication, code: str) -> bytes:
    return keyring().blind_index(f"{application.pk}:{code}", context=CODE_CONTEXT)


@action("join-applications.account", "凭入会申请开通账号", OPEN_ACCOUNT)
def open_account(
    application: JoinApplication, *, by: Actor, proof: str, code: str, password: str
) -> JoinApplication:
    """An account of the new member's own, named by the member number; the code is used up."""
    if proven(proof) != application.pk:
        raise Forbidden("请先查询申请进度。", rule="开通账号须先核对申请人", code="not_applicant")
    if application.state != JoinState.APPROVED or not application.member_number:
        raise Refusal("申请批准之后才能开通账号。", rule="账号对应会员本人", code="not_approved")
    until = application.account_code_until
    right = application.account_code is not None and hmac.compare_digest(
        bytes(application.account_code), _digest(application, compact(code))
    )
    if not right or until is None or until < timezone.now():
        raise Refusal(
            "验证码不对或已过期。",
            rule=f"验证码 {CODE_MINUTES.value()} 分钟内有效，只能用一次",
            remedy="请重新核对证件号码，取得新的验证码。",
            field="code",
            code="wrong_code",
        )
    with wall_at(Scope.everything()):
        person = Person.objects.unscoped("the applicant's own record").get(pk=application.person_id)
        number = application.member_number
    if User.objects.filter(person=person).exists() or User.objects.filter(username=number).exists():
        raise Conflict(
            "您已经有账号了，请直接登录。",
            remedy="忘记密码的，请联系所在工会的安全管理员。",
            code="has_account",
        )
    user = User(username=number, display_name=person.name, person=person)
    passwords.check(password, user, field="password")
    user.save()
    passwords.put(user, password)
    application.account_code = None
    application.account_code_until = None
    application.save(update_fields=["account_code", "account_code_until"])
    note(account={"label": "账号", "before": None, "after": number})
    return application
