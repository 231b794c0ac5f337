"""One record of each resource of decision tables, for the generated suite and the tests here."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from gonghui.kernel.org.models import Union
from gonghui.kernel.rules.models import DecisionTrace, TableVersion, VersionState
from gonghui.kernel.rules.tables import Content, Line, Sample
from gonghui.kernel.testing.world import World

CONTENT = Content(
    (Line({}, {"words": "货运"}),), (Sample("用例", {"trade": "01"}, {"words": "货运"}),)
)


def version(world: World, union: Union, **facts: object) -> TableVersion:
    """A draft of a table at a union."""
    world.serial += 1
    made = TableVersion(
        **{
            "table": f"sample.{world.serial}",
            "title": f"样例决策表{world.serial}",
            "number": 1,
            "content": CONTENT.as_json(),
            "lines": 1,
            "state": VersionState.DRAFT,
            "drafted_by_name": "经办",
            "drafted_at": timezone.now(),
            **facts,
        }
    )
    made.place_at(union)
    made.save()
    return made


def trace(world: World, union: Union, **facts: object) -> DecisionTrace:
    """A kept decision at a union."""
    world.serial += 1
    made = DecisionTrace(
        **{
            "table": "sample.table",
            "title": "样例决策表",
            "subject_type": "sample.case",
            "subject_id": str(world.serial),
            "subject_label": f"事项 {world.serial}",
            "given": {"trade": "01"},
            "outcome": {"words": ["货运"]},
            "rows": [1],
            "summary": "用字为 货运",
            "because": "第 1 行：其余情况，所以用字为 货运。",
            "decided_on": date(2026, 11, 20),
            "decided_at": timezone.now(),
            **facts,
        }
    )
    made.place_at(union)
    made.save()
    return made


MAKERS = {"rule-versions": version, "rule-decisions": trace}
