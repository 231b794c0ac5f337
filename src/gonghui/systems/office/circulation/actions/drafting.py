"""Drafting (起草): a new document, its text and its versions, templates."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.identity.models import User
from gonghui.kernel.org.models import Union
from gonghui.systems.office.circulation.models import Outgoing, PaperTemplate, Revision, Series
from gonghui.systems.office.circulation.permissions import DRAFT, EDIT_TEMPLATES
from gonghui.systems.office.circulation.queries import desk
from gonghui.systems.office.circulation.queries import outgoing as queries
from gonghui.systems.office.circulation.rules import chain, changes, secrecy
from gonghui.systems.office.circulation.rules.kinds import kind_of

TEXTS = ("title", "body", "to", "copies", "attachments", "meeting", "note")


@action("outgoing.draft", "起草公文", DRAFT, creates=True)
def draft(
    union: Union,
    *,
    by: Actor,
    kind: str,
    title: str,
    body: str,
    series: Series | int | None = None,
    urgency: str = "",
    **texts: str,
) -> Outgoing:
    """A draft of an organ; without a mark named, the first of the organ that fits the kind."""
    kind_of(kind)
    document = Outgoing(
        kind=kind,
        series=_series(union, kind, series),
        urgency=urgency,
        drafter_id=drafting_user(by).pk,
        drafted_at=timezone.now(),
    )
    document.place_at(union)
    _write(document, {"title": title, "body": body, **texts})
    document.save()
    _keep_version(document, "拟稿", by)
    return document


@action("outgoing.edit", "修改文稿", DRAFT)
def edit(
    document: Outgoing,
    *,
    by: Actor,
    remark: str = "",
    series: Series | int | None = None,
    urgency: str | None = None,
    **texts: str,
) -> Outgoing:
    """Another text, kept as a version with who and when; only whoever has the document now."""
    chain.check("edit", document.state)
    check_holder(document, by)
    secrecy.check(remark=remark)
    before = (document.title, document.body)
    _write(document, texts)
    if document.state == chain.DRAFT and series is not None:
        document.series = _series(document.union, document.kind, series)
    if urgency is not None:
        document.urgency = urgency
    document.version += 1
    if before != (document.title, document.body):
        document.revision += 1
        added, removed = changes.counted(
            changes.difference("\n".join(before), f"{document.title}\n{document.body}")
        )
        note(changed={"label": "修订", "after": f"增 {added} 字，删 {removed} 字"})
        _keep_version(document, remark, by)
    document.save()
    return document


@action("outgoing.abandon", "废弃文稿", DRAFT)
def abandon(document: Outgoing, *, by: Actor, reason: str) -> Outgoing:
    """Give a draft up; it had no number."""
    chain.check("abandon", document.state)
    check_holder(document, by)
    secrecy.check(reason=reason)
    document.state = chain.VOID
    document.version += 1
    document.save()
    return document


@action("paper-templates.make", "新建公文模板", EDIT_TEMPLATES, creates=True)
def make_template(
    union: Union, *, by: Actor, name: str, kind: str, title: str, body: str
) -> PaperTemplate:
    kind_of(kind)
    secrecy.check(name=name, title=title, body=body)
    if (
        PaperTemplate.objects.within(by.scope(EDIT_TEMPLATES))
        .filter(union=union, name=name)
        .exists()
    ):
        raise Conflict("本工会已有同名的模板。", remedy="请换一个名称。", field="name", code="name")
    template = PaperTemplate(name=name.strip(), kind=kind, title=title.strip(), body=body.strip())
    template.place_at(union)
    template.save()
    return template


@action("paper-templates.edit", "修改公文模板", EDIT_TEMPLATES)
def edit_template(template: PaperTemplate, *, by: Actor, title: str, body: str) -> PaperTemplate:
    secrecy.check(title=title, body=body)
    template.title, template.body = title.strip(), body.strip()
    template.version += 1
    template.save()
    return template


@action("paper-templates.end", "停用公文模板", EDIT_TEMPLATES)
def end_template(template: PaperTemplate, *, by: Actor) -> PaperTemplate:
    if template.ended_on is not None:
        raise Conflict("这个模板已经停用。", code="ended")
    template.ended_on = timezone.localdate()
    template.version += 1
    template.save()
    return template


def drafting_user(by: Actor) -> User:
    """The user behind an actor; a process of the platform writes no documents."""
    user = User.objects.filter(pk=by.user_id).first()
    if user is None:
        raise Forbidden("公文由本机关人员起草和办理。", code="forbidden")
    return user


def check_holder(document: Outgoing, by: Actor) -> None:
    """Forbidden for anybody but the one who has the document now."""
    if not desk.edits(document, by):
        raise Forbidden(
            "这件公文现在由其他人办理，不能修改。",
            rule="文稿由当前环节的办理人修改，每次修改留痕",
            remedy="请等它回到自己手里，或请办理人退回。",
            code="holder",
        )


def _series(union: Union, kind: str, wanted: Series | int | None) -> Series:
    offered = queries.series_of(union, kind)
    if not offered:
        raise Refusal(
            f"{union.name}还没有设置机关代字。",
            rule="《党政机关公文处理工作条例》第九条第（五）项",
            remedy="请先由审批人在“机关代字”中设置。",
            field="series",
            code="no_series",
        )
    if wanted is None or wanted == "":
        return offered[0]
    pk = wanted.pk if isinstance(wanted, Series) else int(wanted)
    for item in offered:
        if item.pk == pk:
            return item
    raise Refusal(
        "本机关没有这个代字。", remedy="请从列出的代字中选择。", field="series", code="series"
    )


def _write(document: Outgoing, texts: dict[str, Any]) -> None:
    unknown = set(texts) - set(TEXTS)
    if unknown:
        raise TypeError(f"no such part of a document: {unknown}")
    clean = {name: (text or "").replace("\r\n", "\n").strip() for name, text in texts.items()}
    secrecy.check(**clean)
    for name, text in clean.items():
        setattr(document, name, text)
    if not document.title:
        raise Refusal("请填写标题。", field="title", code="element")


def _keep_version(document: Outgoing, remark: str, by: Actor) -> None:
    Revision.objects.create(
        document=document,
        number=document.revision,
        title=document.title,
        body=document.body,
        step=desk.step_title(document),
        remark=remark.strip(),
        by_id=by.user_id,
        by_name=by.name,
        at=timezone.now(),
    )
