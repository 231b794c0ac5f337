"""The law library: import, publish an edition with what it changes, repeal."""

from __future__ import annotations

from datetime import date

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.bus.outbox import publish as publish_event
from gonghui.kernel.org.models import Union
from gonghui.systems.rights.law.actions.reviewing import cycle, kept, open_to_edit, written_by
from gonghui.systems.rights.law.models import Amendment, Article, Edition, Statute
from gonghui.systems.rights.law.permissions import EDIT_STATUTES, PUBLISH_STATUTES
from gonghui.systems.rights.law.queries import library as queries
from gonghui.systems.rights.law.rules import library as rules
from gonghui.systems.rights.law.rules.library import Change, Place

EDITIONS = "editions of the statute that is being written"
RANKS = {level.value: rank for rank, level in enumerate(rules.Level)}


@action("statutes.import", "导入法规文本", EDIT_STATUTES, creates=True)
def import_text(union: Union, *, by: Actor, text: str) -> Edition:
    """A new edition in draft from a structured text; its statute too, where it is not known."""
    found = rules.read(text)
    heads = found.heads
    title = heads["法规"][:120]
    statute = queries.known(title)
    if statute is None:
        statute = Statute(title=title, level=found.level, rank=RANKS[found.level])
        statute.short = heads.get("简称", "")[:60]
        statute.issuer = heads["机关"][:100]
        statute.place_at(union)
        statute.save()
    elif not statute.org_path.startswith(union.path) and not by.may(
        EDIT_STATUTES, statute.org_path
    ):
        raise Conflict(
            f"《{title}》由“{statute.union.name}”维护。",
            remedy="请把新文本交给维护它的工会录入。",
            code="others",
        )
    _once(statute, found.in_force_on)
    edition = Edition(
        statute=statute,
        note=heads["版本"][:60],
        document=heads.get("文号", "")[:60],
        adopted_on=found.adopted_on,
        in_force_on=found.in_force_on,
        whole=found.whole,
        source=heads.get("依据", "")[:200],
        text=text,
    )
    written_by(edition, by)
    edition.place_at(statute.union)
    edition.save()
    note(articles={"label": "条文", "after": f"{len(found.articles)} 条"})
    return edition


def _once(statute: Statute, day: date, but: int | None = None) -> None:
    rows = Edition.objects.unscoped(EDITIONS).filter(statute=statute, in_force_on=day)
    if rows.exclude(stage="withdrawn").exclude(pk=but).exists():
        raise Conflict(
            f"《{statute.name}》已有 {day.isoformat()} 施行的版本。",
            remedy="请修改那个版本，或核对施行日期。",
            code="twice",
        )


@action("editions.revise", "修改版本文本", EDIT_STATUTES)
def revise(edition: Edition, *, by: Actor, text: str) -> Edition:
    """Read the text of a draft anew."""
    open_to_edit(edition)
    found = rules.read(text)
    if found.heads["法规"][:120] != edition.statute.title:
        raise Refusal("文本中的法规名称与这个版本不一致。", field="text", code="other")
    _once(edition.statute, found.in_force_on, but=edition.pk)
    edition.note, edition.document = found.heads["版本"][:60], found.heads.get("文号", "")[:60]
    edition.adopted_on, edition.in_force_on = found.adopted_on, found.in_force_on
    edition.whole, edition.source = found.whole, found.heads.get("依据", "")[:200]
    edition.text = text
    written_by(edition, by)
    return kept(edition)


def _check(edition: Edition, *, by: Actor) -> None:
    """Editions are published in the order they came into force: each changes the one before."""
    rules.read(edition.text)
    rows = Edition.objects.unscoped(EDITIONS).filter(statute=edition.statute, stage="published")
    later = rows.filter(in_force_on__gte=edition.in_force_on).order_by("in_force_on").first()
    if later is not None:
        raise Conflict(
            f"《{edition.statute.name}》已发布 {later.in_force_on.isoformat()} 施行的版本。",
            rule="本平台业务规则：版本按施行日期先后发布",
            remedy="较早的版本请在较晚的版本之前发布。",
            code="order",
        )


def _apply(edition: Edition, *, by: Actor) -> None:
    """End the wordings an edition changes on the day it comes into force, and begin the new."""
    found = rules.read(edition.text)
    statute = (
        Statute.objects.unscoped(EDITIONS)
        .select_for_update(of=("self",))
        .get(pk=edition.statute_id)
    )
    day = found.in_force_on
    now: dict[Place, Article] = {
        row.place: row for row in Article.objects.filter(statute=statute, until=None)
    }
    texts = {place: row.text for place, row in now.items()}
    changed = rules.amendments(texts, found.articles, whole=found.whole)
    for item in changed:
        before, after = now.get(item.place), None
        if before is not None:
            before.until = day
            before.save(update_fields=["until"])
        if item.after is not None:
            after = Article.objects.create(
                statute=statute,
                edition=edition,
                number=item.place.number,
                branch=item.place.branch,
                chapter=item.after.chapter,
                text=item.after.text,
                uncertain=item.after.uncertain,
                since=day,
            )
        Amendment.objects.create(
            edition=edition,
            number=item.place.number,
            branch=item.place.branch,
            change=item.change,
            before=before,
            after=after,
        )
    statute.in_force_on = min(statute.in_force_on or day, day)
    statute.edition_note, statute.changed_on, statute.published = edition.note, day, True
    if short := found.heads.get("简称", "")[:60]:
        statute.short = short
    kept(statute)
    counts = {kind: sum(item.change is kind for item in changed) for kind in Change}
    note(
        changed={
            "label": "条文变动",
            "after": "，".join(f"{rules.CHANGES[kind]} {n} 条" for kind, n in counts.items() if n),
        }
    )


CYCLE = cycle(
    "editions",
    "法规版本",
    edit=EDIT_STATUTES,
    publish=PUBLISH_STATUTES,
    check=_check,
    done=_apply,
)
submit, review = CYCLE.submit, CYCLE.review


@action("statutes.repeal", "登记法规废止", PUBLISH_STATUTES)
def repeal(statute: Statute, *, by: Actor, repealed_on: date, repealed_by: str) -> Statute:
    """From a day on a statute is no longer in force; its wordings stay to be found by date."""
    if statute.repealed_on is not None:
        raise Conflict("已经登记废止。", code="repealed")
    if statute.in_force_on is None or repealed_on <= statute.in_force_on:
        raise Refusal("废止日期应在施行日期之后。", field="repealed_on", code="early")
    statute.repealed_on, statute.repealed_by = repealed_on, repealed_by.strip()[:120]
    statute.changed_on = repealed_on
    publish_event(
        "cn.gonghui.law.statute.repealed",
        f"statute/{statute.pk}",
        {"id": statute.pk, "title": statute.title, "on": repealed_on},
        statute.org_path,
    )
    return kept(statute)
