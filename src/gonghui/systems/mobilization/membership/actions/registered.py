"""Writing registered facts (工会法人登记) back into the grass-roots record.

Plain functions for actions of others to call inside their transaction.
"""

from __future__ import annotations

from datetime import date

from gonghui.kernel.access.actions import note
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.org import tree
from gonghui.kernel.org.models import Union
from gonghui.systems.mobilization.membership.actions.unions import checked_uscc
from gonghui.systems.mobilization.membership.queries.unions import profile_of

REGISTERED = {
    "name": "工会名称",
    "representative_name": "工会主席",
    "residence": "地址",
    "founded_document": "成立批复文号",
    "uscc": "统一社会信用代码",
}


def write_back(union: Union, *, on: date, document: str, **facts: str) -> None:
    """Take facts of REGISTERED over into the record of a locked union.

    Raises Refusal for a name the superior's unions already have, or a code that is another's.
    """
    profile = profile_of(union)
    if facts.get("name") and facts["name"] != union.name:
        tree.rename(union, facts["name"], on=on, today=on, document=document, note="随法人登记变更")
    if "uscc" in facts:
        code = facts["uscc"]
        union.uscc = checked_uscc(code, union, grassroots=union.is_grassroots) if code else ""
        union.save(update_fields=["uscc"])
    chair = facts.get("representative_name", "")
    if chair and chair != profile.chair_name:
        profile.chair_name, profile.chair = chair, None
    profile.address = facts.get("residence") or profile.address
    profile.founded_document = facts.get("founded_document") or profile.founded_document
    profile.version += 1
    profile.save_scored()
    for field, value in facts.items():
        note(**{f"union.{field}": {"label": REGISTERED[field], "after": value}})
    publish(
        "cn.gonghui.union.changed",
        f"union/{union.pk}",
        {"id": union.pk, "fields": sorted(facts)},
        union.path,
    )
