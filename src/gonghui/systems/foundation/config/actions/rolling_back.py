"""Rolling back (回退): a new change to what stood before, under the rules of every change."""

from __future__ import annotations

from gonghui.kernel.access.actor import Actor
from gonghui.systems.foundation.config import queries
from gonghui.systems.foundation.config.actions.changes import Wanted, propose
from gonghui.systems.foundation.config.models import Applied, Change, Origin


def roll_back(
    applied: Applied, *, by: Actor, reason: str = "", expected: int | None = None
) -> Change:
    """Propose what stood at the union before this came into force; returns the Change."""
    setting = queries.declared(applied.setting)
    before = applied.stored_before
    value = setting.decode(before) if applied.had_own and not setting.secret else before
    wanted = Wanted(setting, value, origin=Origin.ROLLBACK, expected=expected)
    words = f"回退到 {queries.words_of(setting, before)}"
    made: Change = propose(applied.union, by=by, wanted=wanted, reason=reason or words[:200])
    return made
