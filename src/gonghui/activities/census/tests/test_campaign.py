"""A census on the database: handing down, counting, urging, extension, pages, walls."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gonghui.activities.census.actions import campaign as actions
from gonghui.activities.census.jobs.campaign import snapshot
from gonghui.activities.census.models import Campaign, CensusDay, Quota, Urging
from gonghui.activities.census.queries import campaign as queries
from gonghui.activities.census.tests import makers
from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.notify.models import Message, Todo
from gonghui.kernel.people import memberships
from gonghui.kernel.people.models import MembershipStatus

pytestmark = pytest.mark.django_db


def rows(model):
    return model.objects.unscoped("test") if hasattr(model.objects, "unscoped") else model.objects


def drafted(world, **facts):
    today = timezone.localdate()
    values = {
        "title": "2026年会员实名制普查",
        "base_day": today - timedelta(days=10),
        "starts_on": today - timedelta(days=10),
        "ends_on": today + timedelta(days=9),
        "measure": "growth",
        "target": 100,
        **facts,
    }
    by = world.actor("经办", (HANDLER, world.province))
    return actions.create(world.province, by=by, **values)


@pytest.fixture
def opened(world):
    """An open campaign of the province with 100 to do, and its approver."""
    boss = world.actor("审批", (APPROVER, world.province))
    campaign = actions.open_campaign(drafted(world), by=boss)
    return campaign, campaign.quotas.unscoped("test").get(), boss


def part(campaign, union):
    return rows(Quota).get(campaign=campaign, union=union)


def test_opening_counts_the_base_day_as_it_was(world, counted):
    today = timezone.localdate()
    world.member(world.factory, on=today - timedelta(days=400))
    world.member(world.mill, on=today - timedelta(days=3))
    left = world.member(world.shop, on=today - timedelta(days=300))
    memberships.change_status(
        left, MembershipStatus.WITHDRAWN, on=today - timedelta(days=2), cause="own"
    )
    boss = world.actor("审批", (APPROVER, world.province))
    campaign = actions.open_campaign(drafted(world), by=boss)
    quota = rows(Quota).get(campaign=campaign)
    assert (quota.base, quota.amount, quota.union_id) == (2, 100, world.province.pk)
    counted()
    line = queries.lines(campaign, [quota], today)[0]
    assert (line.in_ranks, line.done) == (2, 0)


def test_a_campaign_opens_once_and_not_before_its_base_day(world):
    boss = world.actor("审批", (APPROVER, world.province))
    campaign = drafted(world)
    actions.open_campaign(campaign, by=boss)
    with pytest.raises(Refusal):
        actions.open_campaign(campaign, by=boss)
    today = timezone.localdate()
    later = drafted(world, base_day=today + timedelta(days=1), starts_on=today + timedelta(days=1))
    with pytest.raises(Refusal, match="还没有到"):
        actions.open_campaign(later, by=boss)


def test_the_handler_draws_up_and_the_approver_opens(world):
    handler = world.actor("经办", (HANDLER, world.province))
    campaign = drafted(world)
    with pytest.raises(Forbidden):
        actions.open_campaign(campaign, by=handler)
    assert rows(Campaign).get(pk=campaign.pk).state == "draft"


def test_each_level_splits_its_own(world, opened):
    campaign, root, boss = opened
    actions.split(root, by=boss, shares={world.hefei.pk: 60, world.wuhu.pk: 30})
    city = part(campaign, world.hefei)
    assert (city.amount, city.superior_id) == (60, root.pk)
    assert queries.split_of(root).short == 10
    handler = world.actor("合肥", (HANDLER, world.hefei))
    actions.split(city, by=handler, shares={world.shushan.pk: 70})
    assert queries.split_of(city).words.endswith("多 10 人。")
    actions.split(city, by=handler, shares={world.shushan.pk: 40})
    assert part(campaign, world.shushan).amount == 40
    entry = Entry.objects.filter(action="quotas.split").latest("pk")
    assert entry.changes[f"part_{world.shushan.pk}"]["before"] == 70


@pytest.mark.parametrize("unit", ["shushan", "province", "factory"])
def test_shares_go_to_direct_subordinates_only(world, opened, unit):
    _, root, boss = opened
    with pytest.raises(Refusal, match="直接下级"):
        actions.split(root, by=boss, shares={getattr(world, unit).pk: 10})
    assert rows(Quota).count() == 1


def test_a_city_may_not_split_the_quota_of_another_or_of_the_province(world, opened):
    campaign, root, boss = opened
    actions.split(root, by=boss, shares={world.hefei.pk: 60, world.wuhu.pk: 30})
    handler = world.actor("芜湖", (HANDLER, world.wuhu))
    for quota, union in ((part(campaign, world.hefei), world.shushan), (root, world.wuhu)):
        with pytest.raises(Forbidden):
            actions.split(quota, by=handler, shares={union.pk: 1})


def test_units_are_told_and_asked_to_split(world, opened):
    _campaign, root, boss = opened
    handler = world.user("合肥", (HANDLER, world.hefei))
    assert Todo.objects.filter(kind="census.split", union_id=world.province.pk, done_at=None)
    actions.split(root, by=boss, shares={world.hefei.pk: 60})
    assert not Todo.objects.filter(union_id=world.province.pk, done_at=None)
    assert Todo.objects.get(union_id=world.hefei.pk, done_at=None).kind == "census.split"
    assert Message.objects.get(recipient_user_id=handler.pk).template == "census.handed"


def test_urging_reaches_those_behind_once_a_day(world, opened):
    _campaign, root, boss = opened
    handler = world.user("合肥", (HANDLER, world.hefei))
    actions.split(root, by=boss, shares={world.hefei.pk: 60, world.railway.pk: 0})
    told = actions.urge(root, by=boss)
    assert [quota.union_id for quota in told] == [world.hefei.pk]
    assert rows(Urging).get().recipients == 1
    assert Message.objects.filter(recipient_user_id=handler.pk, template="census.urged").count()
    assert Todo.objects.filter(kind="census.urge", union_id=world.hefei.pk, done_at=None).count()
    with pytest.raises(Conflict, match="今天已经催办过"):
        actions.urge(root, by=boss)
    assert rows(Urging).count() == 1
    assert "合肥市总工会" in str(Entry.objects.get(action="quotas.urge").changes)


def test_nobody_behind_is_nobody_urged(world, opened):
    _, root, boss = opened
    actions.split(root, by=boss, shares={world.hefei.pk: 0})
    with pytest.raises(Refusal, match="不用催办"):
        actions.urge(root, by=boss)


def test_the_superior_extends_and_what_is_below_follows(world, opened):
    campaign, root, boss = opened
    actions.split(root, by=boss, shares={world.hefei.pk: 60})
    city = part(campaign, world.hefei)
    own = world.actor("合肥", (APPROVER, world.hefei))
    actions.split(city, by=own, shares={world.shushan.pk: 60})
    later = campaign.ends_on + timedelta(days=15)
    with pytest.raises(Forbidden):
        actions.extend(city, by=own, deadline=later, reason="台风影响上门登记")
    actions.extend(city, by=boss, deadline=later, reason="台风影响上门登记")
    assert part(campaign, world.hefei).deadline == later
    assert part(campaign, world.shushan).deadline == later
    assert rows(Quota).get(pk=root.pk).deadline == campaign.ends_on
    assert Entry.objects.get(action="quotas.extend").reason == "台风影响上门登记"
    with pytest.raises(Refusal, match="推后"):
        actions.extend(city, by=boss, deadline=later, reason="再延一次试试")
    with pytest.raises(Refusal, match="主办工会"):
        actions.extend(root, by=boss, deadline=later, reason="自己给自己延期")


def test_the_snapshot_runs_twice_without_doubles_and_keeps_the_last(world, opened, counted):
    campaign, root, boss = opened
    actions.split(root, by=boss, shares={world.hefei.pk: 60})
    member = world.member(world.factory, on=timezone.localdate())
    counted()
    assert snapshot() == 2
    first = rows(CensusDay).get(quota__union=world.hefei)
    assert (first.done, first.planned, first.with_mobile, first.with_education) == (1, 30, 1, 0)
    world.member(world.factory_b, on=timezone.localdate())
    counted()
    assert snapshot() == 2
    assert rows(CensusDay).count() == 2
    assert rows(CensusDay).get(quota__union=world.hefei).done == 2
    stored = part(campaign, world.hefei)
    assert (stored.done, stored.standing, str(stored.percent)) == (2, "behind", "3.3")
    assert member.person.mobile_index


def test_the_snapshot_closes_the_urging_of_who_caught_up(world, opened, counted):
    campaign, root, boss = opened
    actions.split(root, by=boss, shares={world.hefei.pk: 2})
    actions.urge(root, by=boss)
    world.member(world.factory, on=timezone.localdate())
    world.member(world.factory, on=timezone.localdate())
    counted()
    snapshot()
    assert not Todo.objects.filter(kind="census.urge", done_at=None)
    assert part(campaign, world.hefei).standing == "met"


def test_closing_keeps_the_last_figures_and_the_to_dos_go(world, opened, counted):
    campaign, root, boss = opened
    actions.split(root, by=boss, shares={world.hefei.pk: 60})
    world.member(world.factory, on=timezone.localdate())
    counted()
    actions.close(campaign, by=boss)
    world.member(world.factory, on=timezone.localdate())
    counted()
    closed = rows(Campaign).get(pk=campaign.pk)
    line = queries.lines(closed, [part(campaign, world.hefei)], timezone.localdate())[0]
    assert line.done == 1
    assert not Todo.objects.filter(target_type="census.quota", done_at=None)
    assert snapshot() == 0
    with pytest.raises(Refusal, match="已结束"):
        actions.split(root, by=boss, shares={world.wuhu.pk: 5})


def test_league_with_ties_and_without_quota(world, opened, counted, client_of):
    campaign, root, boss = opened
    actions.split(root, by=boss, shares={world.hefei.pk: 4, world.wuhu.pk: 4})
    makers.quota(world, world.railway, campaign, root, amount=0)
    world.member(world.factory, on=timezone.localdate())
    world.member(world.mill, on=timezone.localdate())
    counted()
    lines = queries.lines(campaign, queries.parts_of(root), timezone.localdate())
    assert {line.quota.union_id: line.rank for line in lines} == {
        world.hefei.pk: 1,
        world.wuhu.pk: 1,
        world.railway.pk: None,
    }
    page = client_of((VIEWER, world.province)).get(actions.console(root))
    text = page.content.decode()
    assert text.count('<span class="gh-rank">1</span>') == 2
    assert '<span class="gh-rank">—</span>' in text
    assert "完成数 = 当前在籍会员数 − 基准日在籍会员数" in text


def test_each_level_has_its_league(world, opened, client_of):
    campaign, root, boss = opened
    actions.split(root, by=boss, shares={world.hefei.pk: 60, world.wuhu.pk: 30})
    actions.split(part(campaign, world.hefei), by=boss, shares={world.shushan.pk: 60})
    text = client_of((VIEWER, world.province)).get(actions.console(root) + "?level=2")
    assert "合肥市蜀山区总工会" in text.content.decode()
    assert queries.levels_below(root) == [1, 2]


def test_pages_and_api_of_another_city_are_refused(world, opened, client_of, as_application):
    campaign, root, boss = opened
    actions.split(root, by=boss, shares={world.hefei.pk: 60, world.wuhu.pk: 30})
    client = client_of((HANDLER, world.jinghu), (APPROVER, world.jinghu))
    for unit in (world.hefei, world.province, world.shushan):
        place = f"{campaign.pk}/{unit.pk}"
        for address in (
            f"/census/{place}/",
            f"/census/{place}/report/",
            f"/api/v1/census/{place}/trend/",
        ):
            assert client.get(address).status_code == 403, address
    city = part(campaign, world.hefei)
    for address in (f"/w/quotas/{city.pk}/split/", f"/api/v1/quotas/{city.pk}/split/"):
        data = {f"u{world.shushan.pk}": "1"}
        assert client.post(address, data, content_type="application/json").status_code == 403
    assert client.get(f"/w/quotas/export/?under={world.hefei.pk}").status_code == 403
    assert rows(Quota).count() == 3


def test_trend_as_json(world, opened, client_of, counted):
    campaign, _root, _boss = opened
    snapshot()
    data = client_of((VIEWER, world.province)).get(
        f"/api/v1/census/{campaign.pk}/{world.province.pk}/trend/"
    )
    (day,) = data.json()["days"]
    assert (day["amount"], day["planned"]) == (100, 50)


def test_split_by_page_with_pasted_lines(world, opened, client_of):
    campaign, root, _boss = opened
    client = client_of((HANDLER, world.province))
    address = f"/w/quotas/{root.pk}/split/"
    assert "合肥市总工会" in client.get(address).content.decode()
    page = client.post(address, {"table": "合肥市总工会\t60\n巢湖市总工会\t5"})
    assert page.status_code == 422
    assert "不是直接下级工会" in page.content.decode()
    page = client.post(
        address, {"table": "合肥市总工会\t60", f"u{world.wuhu.pk}": "30"}, follow=True
    )
    assert "还差 10 人没有分解" in page.content.decode()
    assert part(campaign, world.wuhu).amount == 30


def test_a_worker_sees_no_census(world, opened, worker, client_of):
    _campaign, root, _boss = opened
    client = client_of(actor=worker(world.factory))
    assert client.get("/census/").status_code == 403
    assert client.get(actions.console(root)).status_code == 403


def test_boards_and_report(world, opened, client_of):
    campaign, root, boss = opened
    actions.split(root, by=boss, shares={world.hefei.pk: 60})
    client = client_of((VIEWER, world.hefei))
    assert client.get("/census/").url == f"/census/{campaign.pk}/{world.hefei.pk}/"
    page = client_of((VIEWER, world.province)).get(
        f"/census/{campaign.pk}/{world.province.pk}/report/"
    )
    assert "合肥市总工会" in page.content.decode()
    assert page.status_code == 200
