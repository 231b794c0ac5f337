"""Two at once on a decision table: one begins, one publishes, the other is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.base.errors import Conflict
from gonghui.kernel.rules.models import TableVersion, VersionState
from gonghui.kernel.rules.tables import Content, Line, Sample
from gonghui.kernel.testing import world as world_module
from gonghui.systems.foundation.components.actions import decision_tables as actions
from gonghui.systems.foundation.components.queries import decision_tables as queries

pytestmark = pytest.mark.django_db(transaction=True)
TABLE = queries.declared("circulation.terms")
OURS = Content(
    (
        Line({"urgency": "平件"}, {"workdays": "7"}),
        Line({"urgency": "加急、特急"}, {"workdays": "1"}),
    ),
    (Sample("平件", {"urgency": "平件"}, {"workdays": "7"}),),
)


@pytest.fixture
def world() -> Any:
    with transaction.atomic():
        return world_module.build()


def both(*functions: Callable[[], Any]) -> list[Any]:
    """Run functions at the same time; what each returned or raised."""
    gate = threading.Barrier(len(functions))
    found: list[Any] = [None] * len(functions)

    def run(place: int) -> None:
        gate.wait()
        try:
            found[place] = functions[place]()
        except Exception as error:
            found[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(functions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


def versions() -> list[TableVersion]:
    return list(TableVersion.objects.unscoped("test").order_by("pk"))


def test_of_two_who_publish_at_once_one_does(world):
    today = timezone.localdate()
    writer = world.actor("起草", (HANDLER, world.hefei))
    one = world.actor("审批甲", (APPROVER, world.hefei))
    two = world.actor("审批乙", (APPROVER, world.hefei))
    draft = actions.begin(world.hefei, by=writer, table=TABLE)
    actions.write(draft, by=writer, content=OURS)
    actions.try_on_past(draft, by=writer)
    actions.ask(draft, by=writer, reason="按本市规定", valid_from=today, source_doc="")
    copies = [TableVersion.objects.unscoped("test").get(pk=draft.pk) for _ in range(2)]
    results = both(
        lambda: actions.publish(copies[0], by=one, valid_from=today),
        lambda: actions.publish(copies[1], by=two, valid_from=today),
    )
    refused = [item for item in results if isinstance(item, Exception)]
    assert len(refused) == 1 and isinstance(refused[0], Conflict)
    assert [row.state for row in versions()] == [VersionState.PUBLISHED]
    assert Entry.objects.filter(action="tables.publish").count() == 1


def test_of_two_who_begin_at_once_one_does(world):
    writers = [world.actor(name, (HANDLER, world.hefei)) for name in ("甲", "乙")]
    results = both(
        *(lambda by=by: actions.begin(world.hefei, by=by, table=TABLE) for by in writers)
    )
    refused = [item for item in results if isinstance(item, Exception)]
    assert len(refused) == 1 and isinstance(refused[0], Conflict)
    assert len(versions()) == 1
