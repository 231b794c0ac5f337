"""The pages and the interface: who sees what, forms, refusals in words."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from gonghui.kernel.access.roles import AUDITOR, HANDLER, SECURITY_ADMIN, SYSTEM_ADMIN
from gonghui.kernel.config import writing
from gonghui.kernel.config.memory import UNSET
from gonghui.kernel.config.models import Node
from gonghui.kernel.testing.settings import setting_set
from gonghui.systems.foundation.config import queries
from gonghui.systems.foundation.config.actions.changes import Wanted, propose
from gonghui.systems.foundation.config.models import Applied, Change, State

pytestmark = pytest.mark.django_db
WHY = "测试需要"


@pytest.fixture
def client_of(world):
    def make(role, union) -> Client:
        client = Client()
        client.force_login(world.user("某管", (role, union)))
        return client

    return make


def page(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status, (path, answer.status_code, answer.content.decode()[:500])
    return answer.content.decode()


def send(client, path, given, status):
    answer = client.post(path, given)
    assert answer.status_code == status, (path, answer.status_code, answer.content.decode()[-2500:])
    return answer.content.decode()


def own(setting, union):
    return writing.stored(setting.code, union.pk)


def test_the_overview_lists_every_setting_with_its_origin(world, known, cast, client_of):
    propose(world.hefei, by=cast.hefei, wanted=Wanted(known.limit, 20), reason=WHY)
    text = page(client_of(SYSTEM_ADMIN, world.shushan), "/config/")
    assert "样例limit" in text
    assert "20 次" in text
    assert "来自合肥市总工会" in text
    assert "配额" in text
    mine = page(client_of(SYSTEM_ADMIN, world.hefei), "/config/?only=own")
    assert "样例limit" in mine
    assert "样例danger" not in mine
    found = page(client_of(SYSTEM_ADMIN, world.hefei), "/config/?q=sample.switch")
    assert "样例switch" in found
    assert "样例limit" not in found
    nothing = page(client_of(SYSTEM_ADMIN, world.hefei), "/config/?q=没有这个")
    assert "没有符合条件的配置项" in nothing


def test_another_citys_administrator_is_refused_by_page_and_interface(world, known, client_of):
    client = client_of(SYSTEM_ADMIN, world.wuhu)
    at = f"?union={world.hefei.pk}"
    code = known.limit.code
    for path in (
        f"/config/{at}",
        f"/config/item/{code}/{at}",
        f"/config/item/{code}/change/{at}",
        f"/config/compare/?left={world.hefei.pk}",
        f"/config/clone/?source={world.hefei.pk}&target={world.wuhu.pk}",
        f"/api/v1/config/{at}",
        f"/api/v1/config/{code}/{at}",
    ):
        page(client, path, 403)
    send(client, f"/config/item/{code}/change/{at}", {"value": "6", "reason": WHY}, 403)
    send(client, f"/config/export/{at}", {}, 403)
    body = {"union": world.hefei.pk, "value": 6, "reason": WHY}
    answer = client.post(f"/api/v1/config/{code}/", body, content_type="application/json")
    assert answer.status_code == 403
    assert not Change.objects.unscoped("test").exists()


@pytest.mark.parametrize("role", [HANDLER, AUDITOR])
def test_nobody_else_sees_the_configuration(world, known, client_of, role):
    client = client_of(role, world.province)
    for path in ("/config/", "/config/nodes/", "/config/import/", "/w/setting-changes/"):
        page(client, path, 403)
    page(client, "/api/v1/config/", 403)
    assert page(Client(), "/api/v1/config/", 403)


def test_a_security_administrator_sees_but_does_not_edit(world, known, client_of):
    client = client_of(SECURITY_ADMIN, world.hefei)
    assert "修改取值" not in page(client, f"/config/item/{known.limit.code}/")
    page(client, f"/config/item/{known.limit.code}/change/", 403)
    page(client, "/config/import/", 403)


def test_a_value_is_set_by_the_form_and_rolled_back_by_one_click(world, known, client_of):
    client = client_of(SYSTEM_ADMIN, world.hefei)
    code = known.limit.code
    path = f"/config/item/{code}/change/?union={world.hefei.pk}"
    assert "1 至 100 次" in page(client, path)
    for wrong in ("0", "101", "x", "", "9" * 30, "1.5"):
        text = send(client, path, {"value": wrong, "reason": WHY, "expected": 0}, 422)
        assert "is-wrong" in text
    send(client, path, {"value": "20", "reason": WHY, "expected": 0}, 302)
    assert own(known.limit, world.hefei) == 20
    stale = send(client, path, {"value": "30", "reason": WHY, "expected": 0}, 409)
    assert "某管已把“样例limit”改为20 次" in stale
    row = Applied.objects.get()
    text = page(client, f"/config/item/{code}/?union={world.hefei.pk}")
    back = f"/config/item/{code}/back/{row.pk}/"
    assert back in text
    send(client_of(SYSTEM_ADMIN, world.wuhu), back, {"expected": row.pk}, 403)
    send(client, back, {"expected": row.pk}, 302)
    assert own(known.limit, world.hefei) is UNSET
    assert client.get(back).status_code == 405


@pytest.mark.parametrize(
    ("name", "typed", "stored"),
    [("switch", "0", False), ("text", "您好\r\n欢迎", "您好\n欢迎"), ("danger", "8", UNSET)],
)
def test_each_kind_has_its_field(world, known, client_of, name, typed, stored):
    client = client_of(SYSTEM_ADMIN, world.hefei)
    world.user("安全", (SECURITY_ADMIN, world.hefei))
    setting = getattr(known, name)
    path = f"/config/item/{setting.code}/change/?union={world.hefei.pk}"
    page(client, path)
    send(client, path, {"value": typed, "reason": WHY}, 302)
    assert own(setting, world.hefei) == stored


def test_inheriting_again_needs_no_value(world, known, cast, client_of):
    propose(world.hefei, by=cast.hefei, wanted=Wanted(known.limit, 20), reason=WHY)
    client = client_of(SYSTEM_ADMIN, world.hefei)
    path = f"/config/item/{known.limit.code}/change/?union={world.hefei.pk}"
    assert "恢复继承" in page(client, path)
    send(client, path, {"do": "clear", "value": "", "reason": WHY}, 302)
    assert own(known.limit, world.hefei) is UNSET


def test_a_trial_is_chosen_in_the_form_and_ended_on_its_record(world, known, client_of):
    client = client_of(SYSTEM_ADMIN, world.province)
    path = f"/config/item/{known.limit.code}/change/"
    assert "合肥市总工会" in page(client, path)
    given = {"value": "9", "reason": WHY, "gray": [str(world.hefei.pk)]}
    send(client, path, given, 302)
    change = Change.objects.unscoped("test").get()
    assert "试行中" in page(client, f"/w/setting-changes/{change.pk}/")
    send(client, f"/w/setting-changes/{change.pk}/widen/", {"reason": ""}, 302)
    assert writing.stored(known.limit.code, None) == 9
    assert "已随全部生效" in page(client, f"/w/setting-changes/{change.pk}/")


def test_a_secret_is_nowhere_to_be_read(world, known, cast, client_of):
    client = client_of(SYSTEM_ADMIN, world.hefei)
    secret = "Mima-9f3a-Huangshan"
    path = f"/config/item/{known.secret.code}/change/?union={world.hefei.pk}"
    form = page(client, path)
    assert 'type="password"' in form
    send(client, path, {"value": secret, "reason": WHY}, 302)
    send(client, path, {"value": secret + "2", "reason": WHY}, 302)
    for shown in (
        f"/config/item/{known.secret.code}/?union={world.hefei.pk}",
        path,
        "/config/?q=secret",
        f"/api/v1/config/{known.secret.code}/?union={world.hefei.pk}",
        f"/api/v1/config/?union={world.hefei.pk}",
        "/w/setting-changes/",
        "/api/v1/setting-changes/",
        f"/config/compare/?left={world.hefei.pk}&right={world.shushan.pk}",
    ):
        text = page(client, shown)
        assert secret not in text
    assert secret not in send(client, f"/config/export/?union={world.hefei.pk}", {}, 200)
    assert "已设置（不显示）" in page(client, f"/config/?union={world.hefei.pk}&q=secret")
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", [f"%{secret}%"])
            assert cursor.fetchone() == (0,), table
    row = Applied.objects.order_by("-id").first()
    send(client, f"/config/item/{known.secret.code}/back/{row.pk}/", {}, 302)
    assert own(known.secret, world.hefei).open() == secret


def test_two_unions_and_two_moments_are_compared(world, known, cast, client_of):
    client = client_of(SYSTEM_ADMIN, world.province)
    before = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    propose(world.hefei, by=cast.hefei, wanted=Wanted(known.limit, 20), reason=WHY)
    text = page(client, f"/config/compare/?left={world.hefei.pk}&right={world.wuhu.pk}")
    assert "样例limit" in text
    assert "样例switch" not in text
    Applied.objects.update(at=timezone.now() + timezone.timedelta(minutes=5))
    text = page(client, f"/config/compare/?left={world.hefei.pk}&left_at={before}")
    assert "样例limit" in text
    page(client, "/config/compare/?left=没有的工会", 422)
    assert "没有不同" in page(client, f"/config/compare/?left={world.hefei.pk}")


def test_nodes_show_who_is_silent_and_who_is_behind(world, known, client_of):
    now = timezone.now()
    for name, seconds, number, pool in (("a", 1, 0, "12"), ("b", 1, -1, "12"), ("c", 999, 0, "")):
        Node.objects.create(
            name=f"{name}:1",
            host=f"host-{name}",
            pid=1,
            process="web",
            started_at=now,
            seen_at=now - timezone.timedelta(seconds=seconds),
            number=number,
            source="database",
            reads={known.limit.code: ["gonghui.kernel.files"]},
            deployment={"GONGHUI_POOL": pool} if pool else {},
        )
    standing = {item.node.host: item for item in queries.nodes(now)}
    assert [standing[f"host-{name}"].stale for name in "abc"] == [False, False, True]
    assert standing["host-b"].behind == 1
    assert standing["host-a"].apart == []
    text = page(client_of(SYSTEM_ADMIN, world.hefei), "/config/nodes/")
    assert "失联" in text
    assert "数据库连接数" in text
    with setting_set(queries.STALE_SECONDS, 3600):
        assert not queries.nodes(now)[2].stale
    text = page(client_of(SYSTEM_ADMIN, world.hefei), f"/config/item/{known.limit.code}/")
    assert "gonghui.kernel.files" in text


def test_who_reads_a_setting_is_found_in_the_source():
    held = queries.reading(queries.QUOTA_COUNT).holders
    assert held == ["gonghui.systems.foundation.config.queries"]


def test_the_interface_reads_and_proposes(world, known, cast, client_of):
    client = client_of(SYSTEM_ADMIN, world.hefei)
    code = known.limit.code

    def post(body, status):
        answer = client.post(
            f"/api/v1/config/{code}/", json.dumps(body), content_type="application/json"
        )
        assert answer.status_code == status, answer.content.decode()
        return answer.json()

    at = {"union": world.hefei.pk, "reason": WHY}
    made = post({**at, "value": 20, "expected": 0}, 201)
    assert made["state"] == State.APPLIED
    assert "不能大于 100" in post({**at, "value": 200}, 422)["title"]
    assert "应为整数" in post({**at, "value": "20"}, 422)["title"]
    assert post({**at, "value": 30, "expected": 0}, 409)["type"] == "urn:gonghui:stale"
    for body in ([], "x", {**at, "gray": "x"}, {**at, "value": 9, "effective_at": "x"}, {}):
        post(body, 422)
    found = client.get(f"/api/v1/config/{code}/?union={world.shushan.pk}").json()
    assert (found["value"], found["own"], found["source"]) == (20, False, world.hefei.pk)
    assert client.get("/api/v1/config/no.such/").status_code == 404
    assert post({**at, "inherit": True}, 201)["words"] == "未单独设置"
    assert client.get("/api/v1/config/?union=9999999999999999999999").status_code == 403
