"""Binding an account to the person it is of (本人账号绑定): documents, name, and the phone on file.

The page answers the same for everybody. What is known goes to the phone number on file only.
"""

from __future__ import annotations

from datetime import date, datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.base.identifiers import parse_mobile
from gonghui.kernel.base.sealing import keyring
from gonghui.kernel.identity import accounts, codes, limiting, texting
from gonghui.kernel.identity.models import Code, Status, User
from gonghui.kernel.org.scoping import Scope, wall_at
from gonghui.kernel.people import persons
from gonghui.kernel.people.models import MOBILE as PERSON_MOBILE
from gonghui.kernel.people.models import Person
from gonghui.kernel.security.limits import attempt, check

OWN = "somebody who has shown the document number, the name and the phone is the person"
HAS_ACCOUNT = (
    "【安徽工会】您在网上工会已有账号，用户名 {username}。可直接用短信验证码登录，"
    "或在登录页办理找回密码。如非本人操作，请忽略。"
)


def ask(
    *, name: str, document_number: str, mobile: str, now: datetime, today: date, ip: str
) -> tuple[str, int | None]:
    """Begin a binding: the key of a code, and the person it is for, which the server keeps.

    Counts per document number and per address. Raises Refusal for what is not a name, number or
    mobile at all, TooMany for too many tries.
    """
    claimed = persons.Identity.checked(
        name=name, document_number=document_number, mobile=parse_mobile(mobile), today=today
    )
    key = keyring().blind_index(claimed.document_number, context="identity_binding").hex()
    check(limiting.BINDING_ADDRESS, ip, now=now)
    with attempt(limiting.BINDING_ADDRESS, ip, now=now, ip=ip):
        pass
    with attempt(limiting.BINDING, key[:40], now=now, ip=ip):
        pass
    person = matching(claimed)
    account = None if person is None else User.objects.filter(person=person).first()
    live = person is not None and account is None
    made = codes.issue("join", claimed.mobile, user=None, now=now, ip=ip, live=live)
    if account is not None and account.is_active and texting.available():
        texting.send(claimed.mobile, HAS_ACCOUNT.format(username=account.username), "join")
    return made, person.pk if person is not None and live else None


def matching(claimed: persons.Identity) -> Person | None:
    """The person on file with this document number, name and mobile."""
    person = persons.by_document(claimed.document_number)
    if person is None or person.name != claimed.name or not person.mobile_index:
        return None
    indexes = keyring().blind_indexes(claimed.mobile, context=PERSON_MOBILE)
    return person if bytes(person.mobile_index) in indexes else None


@transaction.atomic
def bind(code: Code, person_id: int, *, user: User | None, now: datetime) -> User:
    """Bind a person to the account that is signed in, or to a new one of their own.

    code: the one just verified. The mobile on file is the account's from now on.
    """
    with wall_at(Scope.everything()):
        rows = Person.objects.unscoped(OWN).select_for_update(of=("self",))
        person = rows.filter(pk=person_id, merged_into=None).first()
    if person is None:
        raise Conflict("人员档案已有变动。", remedy="请重新核对身份。")
    if User.objects.filter(person=person).exists():
        raise Conflict("您已经有账号了。", remedy="请直接登录；忘记密码的可用短信验证码登录。")
    if user is not None and user.person_id is not None:
        raise Conflict("当前账号已绑定另一人。", remedy="请退出登录后再办理。")
    if user is None:
        user = User.objects.create(
            username=free_username(person),
            display_name=person.name,
            person=person,
            password=make_password(None),
            status=Status.ACTIVE,
            is_active=True,
        )
    else:
        user.person = person
        user.save(update_fields=["person"])
    number = codes.number_of(code)
    if accounts.by_mobile(number) is None:
        user = accounts.verify_mobile(user, number)
    return user


def free_username(person: Person) -> str:
    """The member number, or a name made of the record's number."""
    membership = persons.membership_of(person)
    for name in (membership.number if membership else "", f"zg{person.pk}"):
        if name and not User.objects.filter(username=name).exists():
            return name
    raise Refusal("没有可用的用户名。", remedy="请联系所在工会开通账号。")
