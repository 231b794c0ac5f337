"""The only writers of code tables and rule parameters; the callers audit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from django.db import transaction

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.codes.memory import MEMORY, shipped_periods
from gonghui.kernel.codes.models import Code, CodeTable, Revision, RuleParameter
from gonghui.kernel.codes.parameters import PARAMETERS, Parameter
from gonghui.kernel.codes.registry import Table, shipped


@dataclass(frozen=True)
class Loaded:
    """How many rows a load added, changed and removed."""

    added: int = 0
    changed: int = 0
    removed: int = 0

    def __add__(self, other: Loaded) -> Loaded:
        return Loaded(
            self.added + other.added, self.changed + other.changed, self.removed + other.removed
        )


def load() -> Loaded:
    """Make the database agree with the shipped files; a second run changes nothing.

    Rows edited on the platform stay: codes marked `edited`, and every parameter of which
    somebody has recorded a value.
    """
    with transaction.atomic():
        _lock()
        done = _load_tables()
        for table in shipped().values():
            done += _load_codes(table)
        done += _load_parameters()
        if done != Loaded():
            _mark_changed()
    return done


def set_parameter(
    parameter: Parameter,
    value: Any,
    *,
    valid_from: date,
    source_doc: str,
    reason: str,
    by_id: int,
    scope_union_id: int | None = None,
    note: str = "",
    provisional: bool = False,
) -> RuleParameter:
    """Give a parameter a new value from a day on; the period open until then is closed.

    What is recorded is never rewritten: valid_from must lie after the start of the last period.
    The value counts in this process once the transaction commits, in others a few seconds
    later. Refusal without document or reason, for a value of another kind, or for a start that
    would change a recorded period.
    """
    stored = parameter.encode(value)
    _demand(source_doc, "文件依据", "source_doc")
    _demand(reason, "修改原因", "reason")
    with transaction.atomic():
        _lock()
        last = (
            RuleParameter.objects.filter(key=parameter.key, scope_union_id=scope_union_id)
            .order_by("-valid_from")
            .first()
        )
        if last is not None:
            _close(last, valid_from)
        row = RuleParameter.objects.create(
            key=parameter.key,
            title=parameter.title,
            unit=parameter.unit,
            value=stored,
            valid_from=valid_from,
            source_doc=source_doc.strip(),
            note=note,
            provisional=provisional,
            scope_union_id=scope_union_id,
            reason=reason.strip(),
            recorded_by_id=by_id,
        )
        _mark_changed()
    return row


def _demand(text: str, label: str, field: str) -> None:
    if not text.strip():
        raise Refusal(
            f"修改业务参数必须填写{label}。",
            remedy=f"请填写{label}后再提交。",
            field=field,
            code="parameter_unfounded",
        )


def _close(last: RuleParameter, day: date) -> None:
    earliest = last.valid_from if last.valid_to is None else last.valid_to
    if day < earliest or day == last.valid_from:
        raise Refusal(
            f"业务参数“{last.title}”已有自{last.valid_from.isoformat()}起的取值，"
            f"新的取值不能从{day.isoformat()}起生效，已登记的期间不得改动。",
            remedy=f"请把生效日期定在{earliest.isoformat()}之后。",
            field="valid_from",
            code="parameter_overlap",
        )
    if last.valid_to is None:
        last.valid_to = day
        last.save(update_fields=["valid_to"])


def _lock() -> None:
    """Let one writer of codes and parameters in at a time."""
    Revision.objects.get_or_create(id=1, defaults={"token": uuid4().hex})
    Revision.objects.select_for_update().get(id=1)


def _mark_changed() -> None:
    Revision.objects.filter(id=1).update(token=uuid4().hex)
    transaction.on_commit(MEMORY.refresh)


def _load_tables() -> Loaded:
    stored = {row.id: row for row in CodeTable.objects.all()}
    added = changed = 0
    for table in shipped().values():
        fields = {
            "title": table.title,
            "standard": table.standard,
            "source": table.source,
            "provisional": table.provisional,
        }
        row = stored.get(table.id)
        if row is None:
            CodeTable.objects.create(id=table.id, **fields)
            added += 1
        elif any(getattr(row, name) != wanted for name, wanted in fields.items()):
            CodeTable.objects.filter(id=table.id).update(**fields)
            changed += 1
    return Loaded(added, changed)


CODE_FIELDS = ["name", "parent", "valid_to", "successor", "position"]


def _load_codes(table: Table) -> Loaded:
    stored = {(row.code, row.valid_from): row for row in Code.objects.filter(table_id=table.id)}
    new: list[Code] = []
    changed: list[Code] = []
    for position, entry in enumerate(table.entries):
        wanted = {
            "name": entry.name,
            "parent": entry.parent,
            "valid_to": entry.valid_to,
            "successor": entry.successor,
            "position": position,
        }
        row = stored.pop((entry.code, entry.valid_from), None)
        if row is None:
            new.append(
                Code(table_id=table.id, code=entry.code, valid_from=entry.valid_from, **wanted)
            )
        elif not row.edited and any(getattr(row, key) != value for key, value in wanted.items()):
            for key, value in wanted.items():
                setattr(row, key, value)
            changed.append(row)
    gone = [row.pk for row in stored.values() if not row.edited]
    Code.objects.filter(pk__in=gone).delete()
    Code.objects.bulk_create(new)
    Code.objects.bulk_update(changed, CODE_FIELDS, batch_size=500)
    return Loaded(len(new), len(changed), len(gone))


def _load_parameters() -> Loaded:
    """Bring the shipped values of every parameter nobody has changed up to date."""
    total = Loaded()
    for (key, scope), periods in shipped_periods().items():
        rows = RuleParameter.objects.filter(key=key, scope_union_id=scope)
        if rows.filter(recorded_by_id__isnull=False).exists():
            continue
        declared = PARAMETERS[key]
        wanted = [
            {
                "title": declared.title,
                "unit": declared.unit,
                "value": declared.encode(declared.decode(period.value)),
                "valid_from": period.valid_from,
                "valid_to": period.valid_to,
                "source_doc": period.source_doc,
                "note": period.note,
                "provisional": period.provisional,
            }
            for period in periods
        ]
        present = list(rows.order_by("valid_from").values(*wanted[0]))
        if present == wanted:
            continue
        rows.delete()
        RuleParameter.objects.bulk_create(
            RuleParameter(key=key, scope_union_id=scope, **fields) for fields in wanted
        )
        total += Loaded(added=len(wanted), removed=len(present))
    return total
