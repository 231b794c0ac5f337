"""Handing in (提交申请): on the web, at a counter for somebody, or for another with consent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.base.masking import mask_name
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.files.models import StoredFile
from gonghui.kernel.notify import messages, timeline
from gonghui.kernel.notify.channels import Recipient
from gonghui.kernel.notify.templates import Category, Template
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope, wall_at
from gonghui.kernel.people import persons
from gonghui.kernel.people.models import Person
from gonghui.kernel.resource.services import Handed, Known, Receipt, Service
from gonghui.systems.service.hall.actions.drafts import Filling
from gonghui.systems.service.hall.models import Handing, KeptMaterial, MaterialUse, Proxy
from gonghui.systems.service.hall.models.applying import Channel
from gonghui.systems.service.hall.permissions import COUNTER, HAND_IN
from gonghui.systems.service.hall.queries.known import name_of as named
from gonghui.systems.service.hall.queries.materials import OF_DRAFT, OF_HANDING, OF_PERSON
from gonghui.systems.service.hall.queries.proxies import consent
from gonghui.systems.service.hall.rules import matching
from gonghui.systems.service.hall.rules import steps as ways

TOP = "a private application is registered at the top of the tree"
ABOUT = Category("hall", "办事回执", may_mute=False)
RECEIPT = Template(
    "hall.receipt",
    "{title}已受理",
    "{who}为您提交了{title}，受理编号 {number}。{next}",
    ABOUT,
    "{link}",
)


def signing(actor: Actor, service: Service, how: str) -> Actor:
    """Under whom an application is audited: nobody by name where the service is private."""
    if not service.private or how == "counter":
        return actor
    return Actor(name="办事人", channel=actor.channel, request_id=actor.request_id)


@action("hall.hand_in", "在服务大厅提交申请", HAND_IN, creates=True)
def hand_in(
    union: Union,
    *,
    by: Actor,
    acting: Actor,
    service: Service,
    system: str,
    filling: Filling,
    answers: Mapping[str, Any],
    known: Known,
    keep: Sequence[str] = (),
) -> Handing:
    """An application of one's own, or for another who consented to it.

    by: who the audit names, as `signing` gives it; acting: who is there. keep: codes of the
    materials the person wants kept for next time.
    """
    proxy = None
    who = acting
    if known.person_id is not None and known.person_id != acting.person_id:
        proxy = _consented(acting, known.person_id, service)
        note(proxy={"label": "代办授权", "after": str(proxy.pk)})
        who = replace(acting, person_id=known.person_id, grants=())
    channel = Channel.PROXY if proxy else Channel.WEB
    # What is kept of a person is for them to say, not for who stands in.
    keep = () if proxy else keep
    return _hand_in(union, acting, who, service, system, filling, answers, known, keep, channel)


@action("hall-handed.take", "在窗口为职工受理申请", COUNTER, creates=True)
def take(
    union: Union,
    *,
    by: Actor,
    acting: Actor,
    service: Service,
    system: str,
    filling: Filling,
    answers: Mapping[str, Any],
    known: Known,
    keep: Sequence[str] = (),
) -> Handing:
    """An application a cadre takes in at the counter; the person gets the receipt."""
    if known.person_id is not None and known.person_id == acting.person_id:
        raise Forbidden("不能在窗口为自己受理。", remedy="请在“我的”中自己办理。", code="own")
    channel = Channel.COUNTER
    return _hand_in(union, by, by, service, system, filling, answers, known, keep, channel)


@action("hall-handed.meet", "核对窗口办事人身份", COUNTER, creates=True)
def meet(union: Union, *, by: Actor, identity: persons.Identity) -> Person:
    """Who stands at the counter with their document: the person of the record, or a new one."""
    return persons.register(identity, union)


def _consented(by: Actor, principal_person_id: int, service: Service) -> Proxy:
    found = consent(by.person_id, principal_person_id, service.code) if by.person_id else None
    if found is None or service.apply is None or not service.apply.proxied:
        raise Forbidden(
            "没有为这个人代办这件事的授权。",
            rule="代办须经本人同意",
            remedy="请在“我的”中申请代办，由本人同意后再办。",
            code="proxy",
        )
    return found


def _hand_in(
    union: Union,
    by: Actor,
    acting: Actor,
    service: Service,
    system: str,
    filling: Filling,
    answers: Mapping[str, Any],
    known: Known,
    keep: Sequence[str],
    channel: str,
) -> Handing:
    assert service.apply is not None
    if filling.begun:
        filling.hold()
    check(service, known, filling, counter=channel == Channel.COUNTER)
    handing = Handing(
        service=service.code,
        title=service.title,
        system=system,
        channel=channel,
        person_id=known.person_id,
        person_name="" if service.private or not known.person_id else named(known.person_id),
        taken_by_id=None if channel == Channel.WEB else by.user_id,
        taken_by="" if channel == Channel.WEB else by.name,
        handed_at=timezone.now(),
        owner=filling.draft.owner,
        private=service.private,
    )
    handing.place_at(_far_from(union) if service.private else union)
    files = _files(filling, known.person_id)
    keys = {code: [str(file.key) for file in found] for code, found in files.items()}
    receipt = service.apply.submit(Handed(answers, keys, known, union, channel), acting)
    _fill(handing, receipt)
    _settle_files(handing, filling, files, keep, by)
    _tell(handing, service, by)
    publish("cn.gonghui.hall.handed", f"hall.handing/{handing.pk}", {}, handing.org_path)
    filling.drop()
    return _unnamed(handing) if service.private else handing


def _unnamed(handing: Handing) -> Handing:
    """A private handing as the audit may name it: without whose it is, or who stood in."""
    found = copy(handing)
    found.person_id, found.owner = None, ""
    if found.channel != Channel.COUNTER:
        found.taken_by_id, found.taken_by = None, ""
    return found


def _far_from(union: Union) -> Union:
    """The top of the tree: no union of the person's learns of a private application there."""
    return Union.objects.unscoped(TOP).get(pk=int(union.path.split(".")[0]))


def check(service: Service, known: Known, filling: Filling, *, counter: bool = False) -> None:
    """Refuse what is surely not for this person, or lacks a material.

    At a counter the cadre has seen the document, so the level of the account does not count.
    """
    found = matching.standing(service, known)
    if found.missing is not None and not counter:
        raise Refusal(
            "办理这件事须先提高实名等级。",
            rule=matching.RULE,
            remedy="请按页面提示核实后再提交，填写的内容已保留。",
            code="level",
        )
    for judged in found.refused:
        # A cadre at a counter is told what stands in the way, not what is known of the person.
        why = f"不符合办理条件：{judged.condition.text}" if counter else judged.verdict.because
        raise Refusal(
            why + "。",
            rule=judged.condition.rule or f"办理条件：{judged.condition.text}",
            remedy="如情况有变，请先更新本人信息，或到窗口咨询。",
            code="condition",
        )
    missing = ways.lacking(service, filling.given)
    if missing:
        raise Refusal(
            f"还缺材料：{'、'.join(item.title for item in missing)}。",
            remedy="请回到“材料”一步补上。",
            field="materials",
            code="material",
        )


def _fill(handing: Handing, receipt: Receipt) -> None:
    handing.number = receipt.number
    handing.target_type = receipt.target_type
    handing.target_id = str(receipt.target_id)
    handing.what_next = receipt.next[:300]
    handing.due_on = receipt.due_on
    handing.link = receipt.link
    try:
        with wall_at(Scope.everything()), transaction.atomic():
            handing.save()
    except IntegrityError as error:
        raise Conflict(
            "这份申请已经提交过。", remedy="请在“我的办事”中查看。", code="again"
        ) from error


def _files(filling: Filling, person_id: int | None) -> dict[str, list[StoredFile]]:
    """What is handed in, by material: uploaded ones, and copies of kept ones used again."""
    if not filling.begun:
        return {}
    rows = StoredFile.objects.filter(owner_kind=OF_DRAFT, owner_id=filling.draft.pk)
    by_key = {str(item.key): item for item in rows}
    found = {
        code: [by_key[key] for key in keys if key in by_key]
        for code, keys in filling.draft.files.items()
    }
    again = KeptMaterial.objects.filter(
        pk__in=filling.draft.reused.values(), person_id=person_id, ended_at=None
    )
    with wall_at(Scope((), person_id)):
        by_id = {item.pk: item for item in again.select_related("file")}
    for code, pk in filling.draft.reused.items():
        if pk not in by_id:
            raise Refusal(
                "打算再用的材料已经不再保留。",
                remedy="请回到“材料”一步重新拍照上传。",
                field="materials",
                code="material",
            )
        found[code] = [_copy(by_id[pk].file, OF_DRAFT, filling.draft.pk)]
    return found


def _copy(file: StoredFile, owner_kind: str, owner_id: int, org_path: str = "") -> StoredFile:
    """Another file of the same content, with an owner of its own."""
    names = ("name", "size", "extension", "media_type", "sha256", "sm3", "path")
    more = ("thumbnail_path", "purpose", "uploaded_by_id", "scan")
    return StoredFile.objects.create(
        **{name: getattr(file, name) for name in (*names, *more)},
        owner_kind=owner_kind,
        owner_id=owner_id,
        org_path=org_path,
        at=timezone.now(),
    )


def _settle_files(
    handing: Handing,
    filling: Filling,
    files: Mapping[str, list[StoredFile]],
    keep: Sequence[str],
    by: Actor,
) -> None:
    """Give the files to the handing; keep and count uses as the person agreed."""
    service = filling.service
    titles = {item.code: item for item in service.materials}
    for code, found in files.items():
        for file in found:
            file.owner_kind, file.owner_id = OF_HANDING, handing.pk
            file.org_path = handing.org_path
            file.save(update_fields=["owner_kind", "owner_id", "org_path"])
        reusable = code in titles and titles[code].reusable
        if handing.person_id and code in keep and reusable and code not in filling.draft.reused:
            for file in found[:1]:
                kept = KeptMaterial(
                    person_id=handing.person_id,
                    code=code,
                    title=titles[code].title,
                    purpose=service.title,
                    kept_at=timezone.now(),
                )
                kept.file = _copy(file, OF_PERSON, handing.person_id)
                with wall_at(Scope((), handing.person_id)):
                    kept.save()
    with wall_at(Scope((), handing.person_id)):
        for pk in filling.draft.reused.values():
            MaterialUse.objects.create(
                material_id=pk,
                service=service.code,
                purpose=service.title,
                number=handing.number,
                used_at=timezone.now(),
                used_by=by.name[:50],
            )


def _tell(handing: Handing, service: Service, by: Actor) -> None:
    """A first line on the person's timeline unless the system wrote it, and the receipt."""
    if handing.person_id is None:
        return
    link = handing.link or reverse("hall-receipt", args=[handing.number])
    # Whoever takes it in sees no other person's timeline; it is asked only whether it has begun.
    with wall_at(Scope((), handing.person_id)):
        told = timeline.of_matter(handing.person_id, handing.target_type, handing.target_id)
        begun = told.exists()
    if not begun:
        timeline.tell(
            handing.person_id,
            service=service.title,
            system=handing.system,
            target_type=handing.target_type,
            target_id=handing.target_id,
            title="已提交",
            text=handing.what_next,
            link=link,
        )
    if handing.channel == Channel.WEB:
        return
    who = f"{by.union_name}窗口" if handing.channel == Channel.COUNTER else mask_name(by.name)
    messages.send(
        [Recipient(person_id=handing.person_id)],
        RECEIPT,
        {
            "title": service.title,
            "who": who,
            "number": handing.number,
            "next": handing.what_next,
            "link": reverse("hall-receipt", args=[handing.number]),
        },
        key=f"hall.receipt.{handing.pk}",
    )
