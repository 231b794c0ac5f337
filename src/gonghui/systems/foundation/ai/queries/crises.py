"""Which case words of danger belong to, and whether who wrote them is still to be reached."""

from __future__ import annotations

from collections.abc import Iterable

from gonghui.engines.casework.models import Case
from gonghui.engines.language.actions.danger import TODO
from gonghui.engines.language.models import Record, Source
from gonghui.kernel.notify.models import Todo
from gonghui.kernel.org.scoping import Scope, wall_at

TARGET = "language.record"
WHOSE = "the number of a case alone; its page asks who may see it"
PARTS = {
    "intake": "intakes",
    "line": "intakes__lines",
    "rating": "intakes__ratings",
}
"""What of a case a record is about, and how it hangs on the case."""


def waiting(records: Iterable[Record]) -> set[int]:
    """Those whose to-do is open."""
    keys = [str(row.pk) for row in records]
    rows = Todo.objects.filter(kind=TODO, target_type=TARGET, target_id__in=keys, done_at=None)
    return {int(key) for key in rows.values_list("target_id", flat=True)}


def case_of(record: Record) -> Case | None:
    """The case whose words these are; None for a question to the bot."""
    part, _, key = record.ref.partition("/")
    if record.source != Source.CASE or part not in PARTS or not key.isdecimal():
        return None
    with wall_at(Scope.everything()):
        rows = Case.objects.unscoped(WHOSE).select_related("union")
        return rows.filter(**{f"{PARTS[part]}__pk": int(key)}).first()
