"""Merging two records of one person, and undoing it: plain functions for actions to call.

A merge moves whatever points at the absorbed person to the kept one, closes the absorbed
membership and lets both member numbers lead to the kept one. It writes down every row it
touched, with the values it replaced, so that undoing it restores them exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope, Scoped, wall_at
from gonghui.kernel.people.memberships import change_status
from gonghui.kernel.people.models import (
    Membership,
    MembershipPast,
    MembershipStatus,
    NumberAlias,
    Person,
    PersonMerge,
)
from gonghui.kernel.people.persons import membership_of

CAUSE = "81"
WHOLE = "a merge reaches every row of both records, wherever it lies"
RULE = "合并重复人员须保留双方会员号和全部记录，并在期限内可以撤销"


def pointers() -> Iterator[tuple[type[models.Model], models.Field]]:
    """Every column that names a person: foreign keys, and plain ids called person_id.

    Left out are the merge's own tables, and memberships, which are not moved but closed.
    """
    for model in apps.get_models():
        if model in {PersonMerge, Membership} or model._meta.proxy or not model._meta.managed:
            continue
        for column in model._meta.concrete_fields:
            if column.remote_field is not None:
                if column.related_model is Person:
                    yield model, column
            elif column.attname == "person_id" or column.attname.endswith("_person_id"):
                yield model, column


def merge(
    kept: Person,
    absorbed: Person,
    *,
    on: date,
    at: datetime,
    undo_days: int,
    by_id: int,
    reason: str,
    place: Union,
) -> PersonMerge:
    """Make one person of two: `absorbed` ends in `kept`.

    on: the day the absorbed membership closes. place: the union at which the merge is kept and
    may be undone. The caller has locked both persons, knows that its actor may act on both, and
    has raised the database wall over both.
    """
    if kept.pk == absorbed.pk:
        raise Refusal("两份档案是同一份。")
    for person in (kept, absorbed):
        if person.merged_into_id is not None:
            raise Conflict(f"{person.name}的这份档案已经并入另一份。", code="merged_already")
    before: dict[str, dict[str, Any]] = {}
    moved: dict[str, Any] = {"rows": [], "left": [], "made": []}
    _merge_memberships(kept, absorbed, on, before, moved)
    # What is the person's own may lie at a desk, or behind a wall, that the actor has no part in.
    with wall_at(Scope.everything()):
        for model, column in pointers():
            _move(model, column, absorbed.pk, kept.pk, moved)
    _change(absorbed, before, merged_into_id=kept.pk, version=absorbed.version + 1)
    found = PersonMerge.objects.create(
        kept=kept,
        absorbed=absorbed,
        org_path=place.path,
        reason=reason,
        moved=moved,
        before=before,
        merged_by_id=by_id,
        undo_until=at + timedelta(days=undo_days),
    )
    publish(
        "cn.gonghui.people.merged",
        f"person/{kept.pk}",
        {"kept": kept.pk, "absorbed": absorbed.pk},
        place.path,
    )
    return found


def _merge_memberships(
    kept: Person, absorbed: Person, on: date, before: dict[str, Any], moved: dict[str, Any]
) -> None:
    theirs = membership_of(absorbed)
    if theirs is None:
        return
    mine = membership_of(kept)
    if mine is None:
        theirs.name_after(kept)
        copies = {"name": theirs.name, "name_tail": theirs.name_tail, "sex": theirs.sex}
        _change(theirs, before, person_id=kept.pk, version=theirs.version + 1, **copies)
        _change(kept, before, union_id=theirs.union_id, org_path=theirs.org_path)
        moved["membership"] = {"id": theirs.pk, "version": theirs.version}
        return
    _remember(theirs, before, ("status", "since", "cause", "industry", "version"))
    change_status(
        theirs, MembershipStatus.MERGED, on=on, cause=CAUSE, note=f"并入会员号 {mine.number}"
    )
    moved["made"].append([MembershipPast._meta.label, _latest_past(theirs).pk])
    _move(NumberAlias, NumberAlias._meta.get_field("membership"), theirs.pk, mine.pk, moved)
    NumberAlias.objects.create(number=theirs.number, membership=mine)
    moved["made"].append([NumberAlias._meta.label, theirs.number])
    joined_on = min(mine.joined_on, theirs.joined_on)
    _change(mine, before, joined_on=joined_on, version=mine.version + 1)
    moved["membership"] = {"id": mine.pk, "version": mine.version}


def _latest_past(membership: Membership) -> MembershipPast:
    rows = MembershipPast.objects.unscoped(WHOLE).filter(membership=membership)
    return rows.order_by("-pk")[0]


def _move(
    model: type[models.Model], column: models.Field, old: int, new: int, moved: dict[str, Any]
) -> None:
    """Point rows from `old` to `new`, writing down which.

    Rows that cannot stand beside the kept record's own (a second account, the same message sent
    to both) stay where they are; for records of business that is refused instead.
    """
    name = column.attname
    rows = model._base_manager.filter(**{name: old})
    ids = sorted(rows.select_for_update().values_list("pk", flat=True), key=str)
    done = [pk for pk in ids if _point(model, pk, name, new)]
    left = [pk for pk in ids if pk not in done]
    if left and issubclass(model, Scoped):
        raise Refusal(
            f"两份档案都有不能并存的“{model._meta.verbose_name}”。",
            rule=RULE,
            remedy="请先办结或撤回其中一件，再合并。",
            code="both_open",
        )
    if done:
        moved["rows"].append([model._meta.label, name, [_stored(pk) for pk in done], old, new])
    if left:
        moved["left"].append([model._meta.label, name, [_stored(pk) for pk in left]])


def _point(model: type[models.Model], pk: Any, name: str, new: int) -> bool:
    """Point one row elsewhere; False where a unique constraint forbids it."""
    try:
        with transaction.atomic():
            model._base_manager.filter(pk=pk).update(**{name: new})
    except IntegrityError:
        return False
    return True


def undo(found: PersonMerge, *, by_id: int, at: datetime) -> None:
    """Restore what a merge changed; refused where something has happened since that it would
    tear up. The caller has locked the merge and raised the wall over both records."""
    if found.undone_at is not None:
        raise Conflict(f"这次合并已于 {timezone.localtime(found.undone_at):%Y-%m-%d %H:%M} 撤销。")
    if at > found.undo_until:
        raise Refusal(
            f"可撤销期限到 {timezone.localtime(found.undo_until):%Y-%m-%d %H:%M} 为止，已过。",
            rule=RULE,
            remedy="确系两人的，请为其中一人重新建档，并由审批人办理信息变更。",
            code="too_late",
        )
    _check_unchanged(found)
    models_by_label = {model._meta.label: model for model in apps.get_models()}
    for label, column, ids, old, new in reversed(found.moved["rows"]):
        model = models_by_label[label]
        with wall_at(Scope.everything()):
            back = model._base_manager.filter(pk__in=ids, **{column: new}).update(**{column: old})
        if back != len(ids):
            raise Conflict(
                f"合并后有“{model._meta.verbose_name}”记录又被改动，不能自动撤销。",
                rule=RULE,
                remedy="请先把该记录恢复到合并后的状态，再撤销合并。",
                code="changed_since",
            )
    for label, pk in reversed(found.moved["made"]):
        models_by_label[label]._base_manager.filter(pk=pk).delete()
    try:
        with transaction.atomic():
            for key, values in found.before.items():
                label, pk = key.rsplit(":", 1)
                _restore(models_by_label[label], pk, values)
    except IntegrityError as error:
        raise Conflict(
            "合并后保留的档案改用了并入档案的证件号码，不能自动撤销。",
            rule=RULE,
            remedy="请先为保留的档案办理证件号码变更，再撤销合并。",
            code="changed_since",
        ) from error
    found.undone_at = at
    found.undone_by_id = by_id
    found.save(update_fields=["undone_at", "undone_by_id"])
    publish(
        "cn.gonghui.people.merge_undone",
        f"person/{found.kept_id}",
        {"kept": found.kept_id, "absorbed": found.absorbed_id},
        found.org_path,
    )


def _check_unchanged(found: PersonMerge) -> None:
    kept = Person.objects.unscoped(WHOLE).get(pk=found.kept_id)
    if kept.merged_into_id is not None:
        raise Conflict(
            "保留的档案此后又并入了另一份档案。",
            rule=RULE,
            remedy="请先撤销后一次合并。",
            code="changed_since",
        )
    expected = found.moved.get("membership")
    if expected is None:
        return
    membership = Membership.objects.unscoped(WHOLE).select_related("union").get(pk=expected["id"])
    if membership.version != expected["version"]:
        raise Conflict(
            f"合并后会籍又有变动：现{membership.get_status_display()}于“{membership.union.name}”"
            f"（{membership.since:%Y-%m-%d} 起），不能自动撤销。",
            rule=RULE,
            remedy="请先撤销那次变动（一日内由原经办人办理）；已不能撤销的，"
            "请为另一人重新建档入会，并由审批人办理信息变更。",
            code="changed_since",
        )


def _remember(row: models.Model, before: dict[str, Any], names: Iterable[str]) -> None:
    """Write down stored values that are about to change, the first time they do."""
    known = before.setdefault(f"{row._meta.label}:{row.pk}", {})
    stored = type(row)._base_manager.filter(pk=row.pk).values(*names).get()
    for name, value in stored.items():
        known.setdefault(name, _stored(value))


def _change(row: models.Model, before: dict[str, Any], **values: Any) -> None:
    _remember(row, before, values)
    for name, value in values.items():
        setattr(row, name, value)
    type(row)._base_manager.filter(pk=row.pk).update(**values)


def _restore(model: type[models.Model], pk: str, values: dict[str, Any]) -> None:
    typed = {name: model._meta.get_field(name).to_python(value) for name, value in values.items()}
    if "org_path" in typed:
        # The union may have moved since; its path of today is where the row belongs.
        union = Union.objects.unscoped(WHOLE).get(pk=typed["union_id"])
        typed["org_path"] = union.path
    model._base_manager.filter(pk=pk).update(**typed)


def _stored(value: Any) -> Any:
    """A value as JSON holds it; read back by the field's to_python."""
    return value if isinstance(value, int | str | bool | None) else str(value)
