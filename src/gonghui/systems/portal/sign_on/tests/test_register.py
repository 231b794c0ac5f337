"""The register: who keeps it, who decides, and what a change does."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from gonghui.kernel.access.roles import AUDITOR, HANDLER, SECURITY_ADMIN, SYSTEM_ADMIN
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.identity.models import User
from gonghui.kernel.notify.models import Todo
from gonghui.systems.portal.sign_on.actions import applications as actions
from gonghui.systems.portal.sign_on.jobs.upkeep import reviews
from gonghui.systems.portal.sign_on.models import Application, SignOn
from gonghui.systems.portal.sign_on.public import launchable
from gonghui.systems.portal.sign_on.tests.makers import (
    FACTS,
    active,
    administrators,
    draft,
    with_secret,
)

pytestmark = pytest.mark.django_db
TEST = "a test looks at all"


def again(application: Application) -> Application:
    return Application.objects.unscoped(TEST).get(pk=application.pk)


def test_nobody_both_registers_and_approves(world):
    both = world.actor("两职", (SYSTEM_ADMIN, world.province), (SECURITY_ADMIN, world.province))
    made = actions.register(world.province, by=both, **FACTS)
    actions.submit(made, by=both)
    with pytest.raises(Forbidden):
        actions.approve(made, by=both)
    _, decider = administrators(world)
    assert actions.approve(made, by=decider).state == "active"


def test_who_amends_does_not_approve_either(world):
    keeper, decider = administrators(world)
    both = world.actor("两职", (SYSTEM_ADMIN, world.province), (SECURITY_ADMIN, world.province))
    made = actions.register(world.province, by=keeper, **FACTS)
    actions.amend(made, by=both, **{**FACTS, "title": "改名"})
    actions.submit(made, by=keeper)
    with pytest.raises(Forbidden):
        actions.approve(made, by=both)
    actions.approve(made, by=decider)


@pytest.mark.parametrize("verb", ["register", "amend", "submit", "retire", "rotate_secret"])
def test_the_decider_does_not_keep(world, verb):
    made = draft(world, world.province)
    _, decider = administrators(world)
    subject = world.province if verb == "register" else made
    extra = {"retire": {"reason": "不再使用"}, "rotate_secret": {"keep_former": False}}
    with pytest.raises(Forbidden):
        getattr(actions, verb)(
            subject, by=decider, **extra.get(verb, FACTS if verb == "register" else {})
        )


@pytest.mark.parametrize("verb", ["approve", "send_back", "review", "suspend", "resume"])
def test_the_keeper_does_not_decide(world, verb):
    keeper, _ = administrators(world)
    made = draft(world, world.province)
    with pytest.raises(Forbidden):
        getattr(actions, verb)(made, by=keeper, **({} if verb == "approve" else {"reason": "因为"}))


def test_other_city_may_nothing(world):
    made = draft(world, world.hefei)
    other = world.actor("芜湖", (SYSTEM_ADMIN, world.wuhu), (SECURITY_ADMIN, world.wuhu))
    for run in (
        lambda: actions.submit(made, by=other),
        lambda: actions.register(world.hefei, by=other, **FACTS),
        lambda: actions.suspend(made, by=other, reason="因为"),
    ):
        with pytest.raises(Forbidden):
            run()


def test_mass_assignment_is_refused(world):
    keeper, _ = administrators(world)
    for name, value in (
        ("trust", "first_party"),
        ("state", "active"),
        ("client_id", "gh-mine"),
        ("secret_hash", "x"),
        ("approved_by_id", 1),
        ("registered_by_id", 7),
    ):
        with pytest.raises(Refusal):
            actions.register(world.province, by=keeper, **{**FACTS, name: value})
    assert not Application.objects.unscoped(TEST).exists()


def test_mass_assignment_through_page_and_api(world):
    client = Client()
    client.force_login(world.user("系统", (SYSTEM_ADMIN, world.province)))
    evil = {
        "trust": "first_party",
        "state": "active",
        "client_id": "gh-mine",
        "maintained_by": "[]",
    }
    lists = {
        "redirect_uris": "\n".join(FACTS["redirect_uris"]),
        "post_logout_uris": "\n".join(FACTS["post_logout_uris"]),
    }
    data = {**FACTS, **lists, **evil, "union": str(world.province.pk)}
    assert client.post("/w/applications/new/register/", data).status_code == 302
    api = "/api/v1/applications/new/register/"
    answer = client.post(api, json.dumps(data), content_type="application/json")
    assert answer.status_code == 422 and "maintained_by" in answer.content.decode()
    plain = {key: value for key, value in data.items() if key not in evil}
    answer = client.post(api, json.dumps(plain), content_type="application/json")
    assert answer.status_code == 200, answer.content
    assert Application.objects.unscoped(TEST).count() == 2
    for made in Application.objects.unscoped(TEST):
        assert (made.trust, made.state) == ("outside", "draft")
        assert made.client_id != "gh-x" and made.redirect_uris == FACTS["redirect_uris"]


def test_bad_addresses_stand_beside_their_field(world):
    client = Client()
    client.force_login(world.user("系统", (SYSTEM_ADMIN, world.province)))
    data = {**FACTS, "redirect_uris": "http://evil.example/cb", "logout_uri": "ftp://x/"}
    answer = client.post("/w/applications/new/register/", {**data, "union": str(world.province.pk)})
    text = answer.content.decode()
    assert answer.status_code == 422 and "应使用 https" in text and "应以 https:// 开头" in text


def test_change_of_an_address_needs_a_new_approval(world):
    made, _ = with_secret(world)
    keeper, decider = administrators(world)
    actions.amend(made, by=keeper, contact_name="新联系人")
    assert again(made).state == "active"
    actions.amend(made, by=keeper, redirect_uris=["https://books.example.org/new"])
    changed = again(made)
    assert changed.state == "draft" and changed.oidc_id is None
    actions.submit(changed, by=keeper)
    actions.approve(changed, by=decider)
    assert again(made).oidc.get_redirect_uris() == ["https://books.example.org/new"]
    assert again(made).client_id == made.client_id


def test_trust_counts_once_approved(world):
    made = active(world)
    keeper, decider = administrators(world)
    actions.amend(made, by=keeper, requested_trust="first_party")
    assert again(made).trust == "outside" and again(made).state == "draft"
    actions.submit(again(made), by=keeper)
    actions.approve(again(made), by=decider)
    assert again(made).trust == "first_party" and again(made).oidc.skip_consent


def test_application_without_a_server_is_never_trusted_blindly(world):
    keeper, _ = administrators(world)
    with pytest.raises(Refusal):
        actions.register(
            world.province,
            by=keeper,
            **{**FACTS, "kind": "native", "requested_trust": "first_party"},
        )


def test_incomplete_application_is_not_submitted(world):
    keeper, _ = administrators(world)
    made = actions.register(world.province, by=keeper, **{**FACTS, "redirect_uris": []})
    with pytest.raises(Refusal):
        actions.submit(made, by=keeper)


def test_suspended_application_and_its_tokens_stop(program, world):
    tokens = program.tokens()
    _, decider = administrators(world)
    actions.suspend(program.application, by=decider, reason="投诉核查")
    assert program.authorize().status_code == 400
    assert program.refresh(tokens["refresh_token"]).status_code == 401
    assert program.userinfo(tokens["access_token"]).status_code == 401
    assert SignOn.objects.unscoped(TEST).get().end_reason == "投诉核查"
    actions.resume(again(program.application), by=decider, reason="核查无误")
    assert program.authorize().status_code == 200
    assert program.userinfo(tokens["access_token"]).status_code == 401


def test_secret_is_changed_with_and_without_a_pause(program, world):
    keeper, _ = administrators(world)
    old = program.secret
    program.secret = actions.rotate_secret(again(program.application), by=keeper, keep_former=True)
    assert program.introspect("x") == {"active": False}
    fresh, program.secret = program.secret, old
    assert program.introspect("x") == {"active": False}
    Application.objects.unscoped(TEST).update(former_until=timezone.now() - timedelta(seconds=1))
    assert program.introspect("x") == {"error": "invalid_client"}
    program.secret = fresh
    actions.rotate_secret(again(program.application), by=keeper, keep_former=False)
    assert program.introspect("x") == {"error": "invalid_client"}


def test_secret_page_shows_it_once(world):
    made, _ = with_secret(world)
    client = Client()
    client.force_login(world.user("系统", (SYSTEM_ADMIN, world.province)))
    assert "生成新密钥" in client.get(f"/sso/secret/{made.pk}/").content.decode()
    page = client.post(f"/sso/secret/{made.pk}/", {}).content.decode()
    assert "ghs_" in page
    assert "ghs_" not in client.get(f"/sso/secret/{made.pk}/").content.decode()
    assert "ghs_" not in client.get(f"/w/applications/{made.pk}/").content.decode()
    other = Client()
    other.force_login(world.user("芜湖", (SYSTEM_ADMIN, world.wuhu)))
    assert other.post(f"/sso/secret/{made.pk}/", {}).status_code == 403
    decider = Client()
    decider.force_login(world.user("安全", (SECURITY_ADMIN, world.province)))
    assert decider.get(f"/sso/secret/{made.pk}/").status_code == 403


def test_review_reminds_then_suspends(world):
    made = active(world)
    rows = Application.objects.unscoped(TEST)
    assert reviews() == (0, 0)
    rows.update(review_due=timezone.localdate() - timedelta(days=1))
    assert reviews() == (1, 0)
    todo = Todo.objects.get(kind="applications.review", done_at=None)
    assert todo.permission == "applications.decide" and made.title in todo.title
    assert reviews() == (1, 0) and Todo.objects.filter(kind="applications.review").count() == 1
    rows.update(review_due=timezone.localdate() - timedelta(days=61))
    assert reviews() == (0, 1)
    assert again(made).state == "suspended" and again(made).oidc_id is None


def test_review_in_time_moves_the_day(world):
    made = active(world)
    Application.objects.unscoped(TEST).update(review_due=timezone.localdate() - timedelta(days=3))
    reviews()
    _, decider = administrators(world)
    actions.review(made, by=decider, reason="仍在使用")
    assert again(made).review_due > timezone.localdate() + timedelta(days=300)
    assert not Todo.objects.filter(kind="applications.review", done_at=None).exists()


def test_states_are_held(world):
    made = active(world)
    keeper, decider = administrators(world)
    actions.retire(made, by=keeper, reason="系统下线")
    for run in (
        lambda: actions.amend(again(made), by=keeper, **FACTS),
        lambda: actions.approve(again(made), by=decider),
        lambda: actions.resume(again(made), by=decider, reason="再用"),
    ):
        with pytest.raises(Conflict):
            run()


def test_desk_offers_what_is_meant_for_the_person(world):
    active(world, title="全体")
    active(world, world.hefei, title="合肥", audience="cadres")
    active(world, title="没有首页", home_url="")
    draft(world, world.province, title="未批准")
    cadre = world.actor("合肥", (HANDLER, world.shushan))
    other = world.actor("芜湖", (HANDLER, world.wuhu))
    worker = world.actor("职工")
    assert [item[0] for item in launchable(cadre)] == ["全体", "合肥"]
    assert [item[0] for item in launchable(other)] == ["全体"]
    assert [item[0] for item in launchable(worker)] == ["全体"]
    client = Client()
    client.force_login(User.objects.get(pk=other.user_id))
    urls = {item[0]: item[1] for item in launchable(cadre)}
    assert client.get(urls["全体"])["Location"] == "https://books.example.org/"
    assert client.get(urls["合肥"]).status_code == 404


def test_auditor_sees_and_exports_but_changes_nothing(world):
    made = draft(world, world.province)
    client = Client()
    client.force_login(world.user("审计", (AUDITOR, world.province)))
    assert client.get(f"/w/applications/{made.pk}/").status_code == 200
    assert client.get("/w/applications/export/").status_code == 200
    assert client.post(f"/w/applications/{made.pk}/submit/").status_code == 403
