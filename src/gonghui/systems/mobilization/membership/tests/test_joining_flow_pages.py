"""The pages of designing and of working, on the joining flow."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from gonghui.kernel.access.roles import APPROVER, HANDLER, SYSTEM_ADMIN
from gonghui.kernel.process import cases, publishing
from gonghui.kernel.process.definitions import ship
from gonghui.kernel.process.models import Definition
from gonghui.systems.mobilization.membership.actions.joining_flow import FLOW
from gonghui.systems.mobilization.membership.models.joining import JoinState
from gonghui.systems.mobilization.membership.tests.test_joining_flow import (
    apply_to,
    people,  # noqa: F401
    publish_for,
    with_second,
)

pytestmark = pytest.mark.django_db


def client_of(world: Any, name: str, *grants: Any) -> Client:
    client = Client()
    client.force_login(world.user(name, *grants))
    client.get("/flows/")
    return client


def test_designing_and_publishing_in_the_page(world):
    admin = client_of(world, "系管", (SYSTEM_ADMIN, world.hefei))
    assert "入会审批" in admin.get("/flows/").content.decode()
    page = admin.get("/flows/joining/")
    assert page.status_code == 200
    base = ship(FLOW)
    made = admin.post("/flows/joining/", {"union": world.hefei.pk, "based_on": base.pk})
    draft = Definition.objects.get(flow="joining", shipped=False)
    assert made.url == f"/flows/versions/{draft.pk}/"
    assert "flow-known" in admin.get(made.url).content.decode()
    save = f"/flows/versions/{draft.pk}/save/"
    body = {"xml": with_second(base.xml), "mark": publishing.mark_of(draft)}
    answer = admin.post(save, json.dumps(body), content_type="application/json").json()
    assert answer["faults"] == []
    stale = admin.post(save, json.dumps(body), content_type="application/json")
    assert stale.status_code == 409 and "已被他人修改" in stale.json()["title"]
    faulty = with_second(base.xml).replace('default="b3"', "")
    check = admin.post(
        f"/flows/versions/{draft.pk}/check/",
        json.dumps({"xml": faulty}),
        content_type="application/json",
    ).json()
    assert {fault["element"] for fault in check["faults"]} >= {"which2"}
    tried = admin.post(f"/flows/versions/{draft.pk}/trial/", {"take": "decide|approve"})
    assert "市总工会复核" in tried.content.decode()
    shown = admin.get(f"/flows/versions/{draft.pk}/publish/").content.decode()
    assert "新增：市总工会复核" in shown


def test_designs_of_another_city_are_closed(world, people):  # noqa: F811
    made = publish_for(world, people, with_second(ship(FLOW).xml))
    other = client_of(world, "别市", (SYSTEM_ADMIN, world.wuhu))
    cadre = client_of(world, "经办", (HANDLER, world.hefei))
    for verb in ("", "trial/", "publish/", "migrate/"):
        assert other.get(f"/flows/versions/{made.pk}/{verb}").status_code == 403
        assert cadre.get(f"/flows/versions/{made.pk}/{verb}").status_code == 403
    assert (
        other.post(f"/flows/versions/{made.pk}/save/", "{}", "application/json").status_code == 403
    )
    assert Client().get("/flows/").status_code in {302, 403}


def test_work_through_the_pages(world, people):  # noqa: F811
    made = publish_for(world, people, with_second(ship(FLOW).xml))
    application = apply_to(world, world.factory)
    case = cases.of(application)
    item = cases.items(case).get(state="open")
    first = client_of(world, "厂审二", (APPROVER, world.factory))
    assert case.title in first.get("/work/").content.decode()
    page = first.get(f"/work/{item.pk}/").content.decode()
    assert "批准入会" in page and "data-case-diagram" in page
    refused = first.post(f"/work/{item.pk}/", {"do": "decide", "choice": "reject", "opinion": " "})
    assert refused.status_code == 422 and "请填写意见" in refused.content.decode()
    assert first.post(f"/work/{item.pk}/", {"do": "claim"}).status_code == 302
    done = first.post(
        f"/work/{item.pk}/", {"do": "decide", "choice": "approve", "opinion": "材料齐全"}
    )
    assert done.url == f"/cases/{case.pk}/"
    assert "材料齐全" in first.get(done.url).content.decode()
    assert case.title in first.get("/work/?list=done").content.decode()
    second = client_of(world, "市审二", (APPROVER, world.hefei))
    item = cases.items(case).get(state="open")
    page = second.get(f"/work/{item.pk}/").content.decode()
    assert "退回到" in page and "工会审批" in page
    second.post(
        f"/work/{item.pk}/", {"do": "send_back", "to": "decide", "reason": "请补充单位证明"}
    )
    again = cases.items(case).get(state="open")
    assert again.step == "decide"
    record = first.get(f"/w/join-applications/{application.pk}/").content.decode()
    assert "请补充单位证明" in record and "去办理" in record
    for which in ("started", "followed", "copied"):
        assert first.get(f"/work/?list={which}").status_code == 200
    assert first.get("/work/delegation/").status_code == 200
    stranger = client_of(world, "外县", (APPROVER, world.mill))
    assert stranger.get(f"/work/{again.pk}/").status_code == 403
    assert stranger.get(f"/cases/{case.pk}/").status_code == 403
    assert stranger.post(f"/work/{again.pk}/", {"do": "claim"}).status_code == 403
    application.refresh_from_db()
    assert application.state == JoinState.SUBMITTED
    assert "没有要迁移的事项" in _migration(world, made)


def _migration(world: Any, made: Any) -> str:
    admin = client_of(world, "系管二", (SYSTEM_ADMIN, world.hefei))
    return admin.get(f"/flows/versions/{made.pk}/migrate/").content.decode()


def test_versions_are_downloaded_thrown_away_and_retired_by_the_page(world, people):  # noqa: F811
    made = publish_for(world, people, with_second(ship(FLOW).xml))
    admin = client_of(world, "系管", (SYSTEM_ADMIN, world.hefei))
    answer = admin.get(f"/flows/versions/{made.pk}/download/")
    assert answer.content.decode() == made.xml
    assert answer["Content-Disposition"].startswith("attachment") and ".bpmn" in str(answer.headers)
    other = client_of(world, "别市", (SYSTEM_ADMIN, world.wuhu))
    assert other.get(f"/flows/versions/{made.pk}/download/").status_code == 403
    page = admin.get(f"/flows/versions/{made.pk}/").content.decode()
    assert f'action="/flows/versions/{made.pk}/retire/"' in page
    admin.post("/flows/joining/", {"union": world.hefei.pk, "based_on": made.pk})
    draft = Definition.objects.get(state="draft")
    page = admin.get(f"/flows/versions/{draft.pk}/").content.decode()
    assert f'action="/flows/versions/{draft.pk}/discard/"' in page
    assert admin.post(f"/flows/versions/{draft.pk}/discard/").status_code == 302
    assert not Definition.objects.filter(state="draft").exists()


def test_who_signed_first_is_told_to_leave_the_second_to_others(world, people):  # noqa: F811
    publish_for(world, people, with_second(ship(FLOW).xml))
    application = apply_to(world, world.factory)
    both = client_of(world, "两岗", (APPROVER, world.factory), (APPROVER, world.hefei))
    case = cases.of(application)
    item = cases.items(case).get(state="open")
    both.post(f"/work/{item.pk}/", {"do": "decide", "choice": "approve", "opinion": "同意"})
    item = cases.items(case).get(state="open")
    page = both.get(f"/work/{item.pk}/").content.decode()
    assert "这个待办请由他人办理" in page and "您已办理过“工会审批”" in page
    assert 'name="choice"' not in page and "转办" in page
