"""My work, page by page, forwards and back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from gonghui.kernel.access.roles import APPROVER
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.identity.models import User
from gonghui.kernel.process import cases, paging, work
from gonghui.kernel.process.models import WorkItem
from gonghui.kernel.process.paging import Order
from gonghui.kernel.process.tests.conftest import Office
from gonghui.kernel.process.tests.flows import line
from gonghui.kernel.process.tests.flows import work as task


def test_pages_of_work_follow_each_other_both_ways_without_gaps(office: Office) -> None:
    boss = office.person("主席", (APPROVER, office.world.factory), (APPROVER, office.world.mill))
    case = office.start(line(task("check")))
    first = office.only(case)
    now = timezone.now()
    for n in range(13):
        place = (office.world.factory, office.world.mill, office.world.hefei)[n % 3]
        item = WorkItem(case=case, flow=case.flow, token=first.token, step="check", title=f"{n}")
        item.role = "approver"
        item.assignee_id = boss.user_id if n % 3 == 2 else None
        item.due_at = None if n % 4 == 0 else now + timedelta(hours=n // 4)
        item.place_at(place)
        item.save()
    item.pk = None
    item.assignee_id = None
    item.place_at(office.world.hefei)
    item.save()
    mine = [one for one in cases.items(case) if one.pk != item.pk]
    mine.sort(key=lambda one: (one.due_at is None, one.due_at or now, one.pk))
    expected = [one.pk for one in mine]
    assert len(expected) == 14

    order, pages, asked = Order("due_at"), [], {}
    while len(pages) < 9:
        found = paging.page(work.mine(boss), order, asked, 4)
        pages.append(found)
        if not found.after:
            break
        asked = {"after": found.after}
    assert [pk for page in pages for pk in page.ids] == expected and not pages[0].before
    back = [pages[-1]]
    while back[0].before and len(back) < 9:
        back.insert(0, paging.page(work.mine(boss), order, {"before": back[0].before}, 4))
    assert [pk for page in back for pk in page.ids] == expected
    assert back[0].after == pages[0].after
    for broken in ("x", "1_", "_", "1e400_5", "nan_1"):
        with pytest.raises(Refusal, check=lambda error: error.code == "bad_cursor"):
            paging.page(work.mine(boss), order, {"after": broken}, 4)


@pytest.mark.parametrize("which", ["todo", "done", "started", "followed", "copied"])
def test_every_list_of_work_is_paged(
    office: Office, which: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gonghui.kernel.process.queries.PAGE", 1)
    me = office.person("主席", (APPROVER, office.world.factory))
    office.starter = me
    titles = []
    for xml in (line(task("check"), task("sign")), ""):
        case = office.start(xml)
        titles.append(case.title)
        work.decide(office.only(case), by=me, choice="agree")
        work.copy_to(case, by=me, users=[me.user_id])
        cases.follow(case, by=me)
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(pk=me.user_id))
    if which != "todo":
        titles.reverse()
    page = client.get(f"/work/?list={which}")
    assert titles[0] in page.content.decode() and titles[1] not in page.content.decode()
    assert page.context["count"] == 2 and not page.context["pager"].previous_url
    page = client.get(f"/work/{page.context['pager'].next_url}")
    assert titles[1] in page.content.decode() and titles[0] not in page.content.decode()
    page = client.get(f"/work/{page.context['pager'].previous_url}")
    assert titles[0] in page.content.decode() and page.context["pager"].next_url
