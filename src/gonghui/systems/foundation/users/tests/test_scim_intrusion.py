"""Attempts to get more out of the SCIM service than a token is for."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import product

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import AUDITOR, SYSTEM_ADMIN
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.identity.models import User
from gonghui.kernel.security.models import SecurityEvent
from gonghui.systems.foundation.users.models import (
    Source,
    SourceState,
    SourceToken,
    Staff,
    TokenState,
)
from gonghui.systems.foundation.users.rules import scim_filters
from gonghui.systems.foundation.users.rules.scim import GROUP, UNION_USER, USER, Fault
from gonghui.systems.foundation.users.tests.scim_sources import (
    MEDIA,
    Scim,
    document,
    source,
    staff,
    token,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def hefei(world):
    return source(world.hefei)


@pytest.fixture
def scim(hefei):
    return Scim(token(hefei))


def grants(found: Staff) -> list[tuple[str, int]]:
    rows = Grant.objects.unscoped("test").filter(user=found.user, ended_at=None)
    return sorted(rows.values_list("role", "union_id"))


def count() -> tuple[int, int, int]:
    return User.objects.count(), Grant.objects.unscoped("test").count(), Entry.objects.count()


def test_nothing_is_made_or_moved_outside_the_subtree(world, scim):
    before = count()
    for union in (world.jinghu, world.wuhu, world.province, world.railway):
        answer = scim.post("/Users", document(union))
        assert (answer.status_code, answer.json()["schemas"]) == (
            403,
            ["urn:ietf:params:scim:api:messages:2.0:Error"],
        )
    for number in ("999999999", "x", "-1", "1e9", "9" * 40, "١٢"):
        sent = document(world.shushan)
        sent[UNION_USER]["unionId"] = number
        assert scim.post("/Users", sent).status_code in {400, 403}, number
    assert count() == before
    key = staff(world.shushan, "wangfang").user_id
    move = {"op": "replace", "path": f"{UNION_USER}:unionId", "value": str(world.jinghu.pk)}
    assert scim.patch(f"/Users/{key}", move).status_code == 403


def test_users_outside_are_not_there(world, scim):
    stranger = staff(world.jinghu, "zhaoli", "赵丽")
    path = f"/Users/{stranger.user_id}"
    before = count()
    assert scim.get(path).status_code == 404
    assert scim.get(path).content == scim.get("/Users/987654321").content
    assert scim.send("PUT", path, document(world.shushan, "zhaoli")).status_code == 404
    assert scim.patch(path, {"op": "replace", "value": {"active": False}}).status_code == 404
    assert scim.send("DELETE", path).status_code == 404
    for condition in (
        'userName eq "zhaoli"',
        'not (userName eq "x")',
        'userName pr or displayName co "赵"',
        f'id eq "{stranger.user_id}"',
    ):
        listed = scim.get("/Users", {"filter": condition}).json()
        assert str(stranger.user_id) not in [each["id"] for each in listed["Resources"]]
    member = {"op": "add", "path": "members", "value": [{"value": str(stranger.user_id)}]}
    assert scim.patch(f"/Groups/handler-{world.shushan.pk}", member).status_code == 403
    assert scim.get(f"/Groups/handler-{world.jinghu.pk}").status_code == 404
    assert count() == before and grants(stranger) == []


def test_a_role_at_a_union_outside_is_refused_and_nothing_of_it_stays(world, scim):
    roles = [
        {"value": "handler", "unionId": str(world.shushan.pk)},
        {"value": "handler", "unionId": str(world.jinghu.pk)},
    ]
    before = count()
    assert scim.post("/Users", document(world.shushan, part={"roles": roles})).status_code == 403
    assert count() == before


def test_no_administrator_comes_by_push(world, hefei):
    # Even if somebody had managed to write the roles into the source's own list.
    refused = ["auditor", "system_admin", "security_admin", "worker", "source"]
    Source.objects.unscoped("test").filter(pk=hefei.pk).update(roles=["handler", *refused])
    scim = Scim(token(hefei))
    person = staff(world.shushan, "wangfang")
    for role in refused:
        check_role_refused(world, scim, person, role)


def check_role_refused(world, scim, person, role):
    given_role = {"value": role, "unionId": str(world.shushan.pk)}
    add = {"op": "add", "path": f"{UNION_USER}:roles", "value": [given_role]}
    assert scim.patch(f"/Users/{person.user_id}", add).status_code in {400, 403}
    member = {"op": "add", "path": "members", "value": [{"value": str(person.user_id)}]}
    answer = scim.patch(f"/Groups/{role}-{world.shushan.pk}", member)
    assert answer.status_code in {400, 403, 404}
    assert grants(person) == []


def test_the_separation_holds_against_a_source(world, scim):
    person = staff(world.shushan, "shenji", "审计员")
    grant = Grant(user=person.user, role=AUDITOR.code, valid_from=timezone.localdate())
    grant.place_at(world.shushan)
    grant.save()
    member = {"op": "add", "path": "members", "value": [{"value": str(person.user_id)}]}
    answer = scim.patch(f"/Groups/handler-{world.shushan.pk}", member)
    assert answer.status_code == 400
    assert "审计管理员" in answer.json()["detail"]
    assert grants(person) == [("auditor", world.shushan.pk)]
    # Nor is an administrator renamed, switched off or closed by one.
    path = f"/Users/{person.user_id}"
    for change in (
        {"op": "replace", "path": "displayName", "value": "别人"},
        {"op": "replace", "path": "active", "value": False},
    ):
        assert scim.patch(path, change).status_code == 400
    assert scim.send("DELETE", path).status_code == 400
    assert User.objects.get(pk=person.user_id).status == "active"


def test_roles_not_approved_are_not_given(world, scim):
    role = {"value": "approver", "unionId": str(world.shushan.pk)}
    assert scim.post("/Users", document(world.shushan, part={"roles": [role]})).status_code == 403
    assert scim.get(f"/Groups/approver-{world.shushan.pk}").status_code == 404
    ids = [each["id"] for each in scim.get("/Groups").json()["Resources"]]
    assert ids and not any(each.startswith("approver") for each in ids)


def test_what_is_slipped_in_has_no_effect(world, scim):
    sent = document(
        world.shushan,
        id="1",
        password="hunter2hunter2",
        is_superuser=True,
        status="active",
        groups=[{"value": f"handler-{world.province.pk}"}],
        meta={"resourceType": "Admin", "created": "1999-01-01T00:00:00Z"},
        part={"unionName": "别的工会", "grants": [{"role": "system_admin"}]},
        roles=[{"value": "system_admin"}],
    )
    sent["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"] = {"manager": "x"}
    made = scim.post("/Users", sent)
    assert made.status_code == 201, made.content.decode()
    person = Staff.objects.unscoped("test").get(user_id=int(made.json()["id"]))
    assert made.json()["id"] != "1" and made.json()[UNION_USER]["unionName"] == "合肥市蜀山区总工会"
    assert grants(person) == []
    assert not person.user.has_usable_password()
    assert person.user.status == "invited" and not person.user.is_active


REFUSED_PATCHES = (
    ({"op": "replace", "path": "id", "value": "1"}, "mutability"),
    ({"op": "replace", "path": "meta.created", "value": "x"}, "mutability"),
    ({"op": "replace", "path": "groups", "value": []}, "mutability"),
    ({"op": "add", "value": {"groups": [{"value": "x"}]}}, "mutability"),
    ({"op": "replace", "path": f"{UNION_USER}:unionName", "value": "x"}, "mutability"),
    ({"op": "replace", "path": "userName", "value": "root"}, "mutability"),
    ({"op": "remove", "path": "displayName"}, "mutability"),
    ({"op": "remove", "path": f"{UNION_USER}:unionId"}, "mutability"),
    ({"op": "remove"}, "noTarget"),
    ({"op": "replace", "path": "password", "value": "x"}, "invalidPath"),
    ({"op": "replace", "path": "is_active", "value": True}, "invalidPath"),
    ({"op": "replace", "path": "user__is_active", "value": True}, "invalidPath"),
    ({"op": "replace", "path": "active", "value": "yes"}, "invalidValue"),
    ({"op": "replace", "path": 'phoneNumbers[value eq "1"]', "value": {}}, "noTarget"),
    ({"op": "replace", "path": "phoneNumbers[", "value": {}}, "invalidPath"),
    ({"op": "replace", "path": ["active"], "value": True}, "invalidPath"),
    ({"op": "move", "path": "active"}, "invalidSyntax"),
    ({"op": "add", "path": "displayName", "value": "甲\x00"}, "invalidValue"),
    ({"op": "add", "path": "displayName", "value": {"a": 1}}, "invalidValue"),
    ({"op": "add", "path": "displayName", "value": "很" * 60}, "invalidValue"),
    ({"op": "add", "value": "x"}, "invalidValue"),
)


def test_a_patch_of_what_may_not_be_patched(world, scim):
    key = staff(world.shushan, "wangfang").user_id
    good = {"op": "replace", "path": "displayName", "value": "王改名"}
    for operation, kind in REFUSED_PATCHES:
        answer = scim.patch(f"/Users/{key}", operation)
        assert (answer.status_code, answer.json()["scimType"]) == (400, kind), operation
        # What came before it in the same request is undone with it.
        assert scim.patch(f"/Users/{key}", good, operation).status_code == 400
    assert scim.get(f"/Users/{key}").json()["displayName"] == "王芳"


def test_tokens_that_do_not_open(world, hefei):
    yesterday = timezone.localdate() - timedelta(days=1)
    bad = [
        "",
        "ghs_",
        "x" * 5000,
        "ghs_\x01",
        token(hefei, TokenState.WAITING),
        token(hefei, TokenState.REFUSED),
        token(hefei, TokenState.REVOKED),
        token(hefei, valid_to=yesterday),
    ]
    for text in bad:
        answer = Scim(text).get("/Users")
        assert answer.status_code == 401, text
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert "totalResults" not in answer.json()
    assert Client().get("/scim/v2/Users").status_code == 401
    basic = Client(headers={"Authorization": "Basic YTpi"})
    assert basic.get("/scim/v2/ServiceProviderConfig").status_code == 401
    events = SecurityEvent.objects.filter(kind="token_misused")
    assert events.count() >= 5
    assert not any("ghs_" in str(event.facts) and len(str(event.facts)) > 200 for event in events)


def test_a_token_stops_at_once(world, hefei):
    text = token(hefei)
    scim = Scim(text)
    assert scim.get("/Users").status_code == 200
    row = SourceToken.objects.unscoped("test").get()
    assert row.used_at is not None and row.used_from == "127.0.0.1"
    assert text not in str(SourceToken.objects.unscoped("test").values())
    hefei.state = SourceState.OFF
    hefei.save()
    assert scim.get("/Users").status_code == 401
    hefei.state = SourceState.ON
    hefei.save()
    assert scim.get("/Users").status_code == 200
    SourceToken.objects.unscoped("test").update(state=TokenState.REVOKED)
    assert scim.get("/Users").status_code == 401


def test_a_token_opens_no_other_door(world, hefei):
    client = Scim(token(hefei)).client
    assert client.get("/w/staff/").status_code in {302, 401, 403}
    assert client.get("/api/v1/staff/").status_code in {401, 403}
    # And a signed-in administrator is nobody here.
    signed = Client()
    signed.force_login(world.user("系统员", (SYSTEM_ADMIN, world.hefei)))
    assert signed.get("/scim/v2/Users").status_code == 401
    assert signed.post("/scim/v2/Users", "{}", content_type=MEDIA).status_code == 401


def test_bodies_too_large_too_deep_or_no_json(world, scim):
    big = json.dumps(document(world.shushan, note="x" * 1_100_000))
    assert scim.post("/Users", big).status_code == 413
    deep = "[" * 200_000 + "]" * 200_000
    assert scim.post("/Users", deep).status_code == 400
    nested = '{"a":' * 5000 + "1" + "}" * 5000
    sent = json.dumps(document(world.shushan))[:-1] + f', "x": {nested}}}'
    assert scim.post("/Users", sent).status_code in {201, 400}
    for text in ("null", "[]", "1", '"x"', "{", "NaN", b"\xff\xfe", "{'a': 1}", '{"a": 1e999}'):
        assert scim.post("/Users", text).status_code == 400, text
    many = [{"value": str(number)} for number in range(2000)]
    body = {"schemas": [GROUP], "members": many}
    assert scim.send("PUT", f"/Groups/handler-{world.shushan.pk}", body).status_code == 413
    operations = [{"op": "add", "path": "displayName", "value": "甲"}] * 500
    key = staff(world.shushan, "wangfang").user_id
    assert scim.patch(f"/Users/{key}", *operations).status_code == 413
    answer = scim.client.post("/scim/v2/Users", "<xml/>", content_type="text/xml")
    assert answer.status_code == 415
    assert scim.client.post("/scim/v2/Users", {"a": "b"}).status_code == 415


def test_addresses_and_methods_that_are_not_there(world, scim):
    for path in (
        "/Nothing",
        "/Users/1/roles",
        "/Users/../Groups",
        "/Me",
        "/Bulk",
        "/",
        "/Users/%00",
    ):
        assert scim.get(path).status_code == 404, path
    for key in ("x", "-1", "9" * 50, "1 OR 1=1", "%27", "١"):
        assert scim.get(f"/Users/{key}").status_code == 404, key
    for key in ("handler-", "-1", "handler-1 OR 1=1", "handler--1", "x"):
        assert scim.get(f"/Groups/{key}").status_code == 404, key
    answer = scim.send("DELETE", "/Users")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, POST")
    assert scim.client.options("/scim/v2/Users").status_code == 405


INJECTIONS = [
    "userName eq \"x' OR '1'='1\"",
    'userName eq "\'; DROP TABLE users_staff; --"',
    'userName co "%" and userName co "\\\\"',
    'user__password sw "p"',
    "user__is_superuser eq true",
    "password pr",
    f'{UNION_USER}:union__path sw "1."',
    'userName regex ".*"',
    'userName eq "a" union select',
    'id eq "1)) OR 1=1"',
    'pk eq "1"',
    'phoneNumbers.value eq "13800138000"',
    'phoneNumbers[value sw "1"]',
    'groups[user__password sw "p"]',
    f'{UNION_USER}:roles.union__name eq "x"',
    'meta.created gt "9999-99-99"',
    'meta.created gt "99999-01-01T00:00:00Z"',
    'meta.created lt "0001-01-01T00:00:00+23:59"',
    "active eq 1",
    "userName eq 1",
    "userName gt null",
    'userName eq "\\u0000"',
    'userName eq "\\ud800"',
    "(" * 500 + 'userName eq "a"' + ")" * 500,
    "not " * 300 + '(userName eq "a")',
    " or ".join(['userName eq "a"'] * 500),
    'userName eq "a" and',
    "[]",
    'userName[value eq "x"]',
    'roles[value[value eq "x"]]',
    f'{UNION_USER}:roles[value eq "handler"].unionId eq "1"',
    "\x00",
    "x" * 10_000,
]


def test_filters_reach_nothing_that_is_not_offered(world, scim):
    staff(world.shushan, "wangfang", mobile="13800138000")
    for path, condition in product(("/Users", "/Groups"), INJECTIONS):
        answer = scim.get(path, {"filter": condition})
        assert answer.status_code in {200, 400}, answer.content.decode()
        if answer.status_code == 400:
            assert answer.json()["scimType"] in {"invalidFilter", "invalidValue"}
        elif path == "/Users":
            assert answer.json()["totalResults"] == 0
    assert Staff.objects.unscoped("test").count() == 1


NAMES = st.sampled_from(
    [
        "userName",
        "displayName",
        "id",
        "externalId",
        "active",
        "meta.created",
        "groups",
        "groups.value",
        f"{USER}:userName",
        f"{UNION_USER}:post",
        f"{UNION_USER}:roles",
        f"{UNION_USER}:roles.value",
        "members.value",
        "nothing",
    ]
)
VALUES = st.one_of(
    st.text(max_size=12).map(json.dumps),
    st.text(max_size=12).map(lambda text: json.dumps(text, ensure_ascii=False)),
    st.integers().map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(str),
    st.sampled_from(["true", "false", "null", '"2026-01-01T00:00:00Z"', '"handler-1"']),
)
TERMS = st.one_of(
    st.builds(
        "{} {} {}".format,
        NAMES,
        st.sampled_from(sorted(scim_filters.OPERATORS)),
        VALUES,
    ),
    NAMES.map("{} pr".format),
    st.builds(
        "{}[value {} {}]".format, NAMES, st.sampled_from(sorted(scim_filters.OPERATORS)), VALUES
    ),
)
FILTERS = st.recursive(
    TERMS,
    lambda parts: st.one_of(
        st.builds("({} and {})".format, parts, parts),
        st.builds("{} or {}".format, parts, parts),
        parts.map("not ({})".format),
    ),
    max_leaves=6,
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(condition=st.one_of(FILTERS, st.text(max_size=60)))
def test_any_filter_is_answered_or_refused(scim, condition):
    for path in ("/Users", "/Groups"):
        answer = scim.get(path, {"filter": condition, "count": 2})
        assert answer.status_code in {200, 400}, answer.content.decode()


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=80))
def test_any_text_parses_or_faults(text):
    for parse in (scim_filters.parse, scim_filters.parse_target):
        try:
            parse(text)
        except Fault as fault:
            assert fault.scim_type in {"invalidFilter", "invalidPath"}


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.one_of(st.text(max_size=6), st.sampled_from(["value", "op", "path", "active"])),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=8,
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    op=st.sampled_from(["add", "replace", "remove"]),
    path=st.one_of(st.none(), NAMES, NAMES.map('{}[value eq "1"]'.format), st.text(max_size=20)),
    value=JSON,
)
def test_any_patch_is_answered_or_refused(world, scim, op, path, value):
    person = Staff.objects.unscoped("test").filter(user__username="wangfang").first()
    person = person or staff(world.shushan, "wangfang")
    operation = {"op": op, "value": value, **({} if path is None else {"path": path})}
    answer = scim.patch(f"/Users/{person.user_id}", operation)
    assert answer.status_code in {200, 400, 403, 409, 413}, answer.content.decode()
    answer = scim.patch(f"/Groups/handler-{world.shushan.pk}", operation)
    assert answer.status_code in {200, 400, 403, 409, 413}, answer.content.decode()
