"""The SCIM service: users and groups of a subtree, read and written by a source system."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from gonghui.kernel.access.granting import PROVISIONED
from gonghui.kernel.access.models import Grant
from gonghui.kernel.audit.models import Entry
from gonghui.systems.foundation.users.models import ExternalId, Staff, StaffSource
from gonghui.systems.foundation.users.rules.scim import (
    CORE,
    ERROR,
    GROUP,
    LIST,
    SEARCH,
    UNION_USER,
    USER,
)
from gonghui.systems.foundation.users.tests.scim_sources import (
    Scim,
    document,
    source,
    staff,
    token,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def hefei(world):
    return source(world.hefei)


@pytest.fixture
def scim(hefei):
    return Scim(token(hefei))


def grants(found: Staff) -> list[tuple[str, int]]:
    rows = Grant.objects.unscoped("test").filter(user=found.user, ended_at=None)
    return sorted(rows.values_list("role", "union_id"))


def of(key: str) -> Staff:
    return Staff.objects.unscoped("test").select_related("user", "union").get(user_id=int(key))


def test_what_the_service_can_do(scim):
    config = scim.get("/ServiceProviderConfig")
    assert config.headers["Content-Type"] == "application/scim+json"
    assert config.json()["patch"] == {"supported": True}
    assert config.json()["bulk"]["supported"] is False
    types = scim.get("/ResourceTypes").json()
    assert [each["id"] for each in types["Resources"]] == ["User", "Group"]
    assert scim.get("/ResourceTypes/User").json()["endpoint"] == "/Users"
    schemas = scim.get("/Schemas").json()
    assert {each["id"] for each in schemas["Resources"]} == {USER, GROUP, UNION_USER}
    assert scim.get(f"/Schemas/{USER}").json()["schemas"] == [f"{CORE}:Schema"]
    assert scim.get("/Schemas/urn:nothing").status_code == 404


def test_a_user_is_made_read_and_found(world, scim, hefei):
    sent = document(
        world.shushan,
        externalId="HR-7",
        part={"post": "干事", "roles": [{"value": "handler", "unionId": str(world.shushan.pk)}]},
        phoneNumbers=[{"value": "13800138000", "type": "mobile"}],
    )
    made = scim.post("/Users", sent)
    assert made.status_code == 201, made.content.decode()
    body = made.json()
    assert made.headers["Location"] == f"http://testserver/scim/v2/Users/{body['id']}"
    assert made.headers["ETag"] == body["meta"]["version"]
    assert body["active"] is True
    assert body["phoneNumbers"][0]["value"] == "138****8000"
    assert body["groups"][0]["value"] == f"handler-{world.shushan.pk}"
    found = of(body["id"])
    assert found.source == StaffSource.PUSHED
    assert grants(found) == [("handler", world.shushan.pk)]
    grant = Grant.objects.unscoped("test").get(user=found.user)
    assert (grant.source, grant.source_id) == (PROVISIONED, hefei.pk)
    for condition in (
        'userName eq "ZhangWei"',
        'externalId eq "HR-7" and active eq true',
        f'{UNION_USER}:roles[value eq "handler" and unionId eq "{world.shushan.pk}"]',
        f'groups.value eq "handler-{world.shushan.pk}"',
        f'{UNION_USER}:post sw "干" and not (displayName co "李")',
        f'{USER}:userName pr and meta.created gt "2020-01-01T00:00:00Z"',
    ):
        page = scim.get("/Users", {"filter": condition}).json()
        assert (page["schemas"], page["totalResults"]) == ([LIST], 1), condition
        assert page["Resources"][0]["id"] == body["id"]
    for condition in ('externalId eq "HR-8"', "active eq false", 'userName gt "zz"'):
        assert scim.get("/Users", {"filter": condition}).json()["totalResults"] == 0, condition


def test_the_audit_names_the_source(world, scim):
    scim.post("/Users", document(world.shushan))
    entries = Entry.objects.filter(action__in=["scim.create_user", "staff.open"])
    assert {entry.actor_name for entry in entries} == {"来源系统：人事系统"}
    assert {entry.channel for entry in entries} == {"api"}
    assert not any("13800138000" in str(entry.changes) for entry in entries)


def test_a_name_in_use_is_a_conflict(world, scim):
    staff(world.jinghu, "zhangwei")
    answer = scim.post("/Users", document(world.shushan))
    assert (answer.status_code, answer.json()["scimType"]) == (409, "uniqueness")
    assert answer.json()["schemas"] == [ERROR]
    scim.post("/Users", document(world.shushan, "liqiang", externalId="HR-1"))
    again = scim.post("/Users", document(world.shushan, "zhaoli", externalId="HR-1"))
    assert (again.status_code, again.json()["scimType"]) == (409, "uniqueness")
    assert not Staff.objects.unscoped("test").filter(user__username="zhaoli").exists()


def test_pages_and_order(world, scim):
    for number in range(5):
        staff(world.shushan, f"user{number}", f"王{'甲乙丙丁戊'[number]}")
    page = scim.get("/Users", {"startIndex": 2, "count": 2, "sortBy": "userName"}).json()
    assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (5, 2, 2)
    assert [each["userName"] for each in page["Resources"]] == ["user1", "user2"]
    down = scim.get("/Users", {"sortBy": "userName", "sortOrder": "descending", "count": 1})
    assert down.json()["Resources"][0]["userName"] == "user4"
    assert scim.get("/Users", {"count": 0}).json()["totalResults"] == 5
    assert scim.get("/Users", {"startIndex": 10**11}).json()["Resources"] == []
    assert scim.get("/Users", {"sortBy": "password"}).status_code == 400
    assert scim.get("/Users", {"count": "many"}).status_code == 400


def test_only_the_attributes_asked_for(world, scim):
    key = staff(world.shushan, "wangfang", title="干事").user_id
    body = scim.get(f"/Users/{key}", {"attributes": f"userName,{UNION_USER}:post"}).json()
    assert set(body) == {"schemas", "id", "userName", UNION_USER}
    assert body[UNION_USER] == {"post": "干事"}
    body = scim.get(f"/Users/{key}", {"excludedAttributes": f"{UNION_USER},displayName"}).json()
    assert UNION_USER not in body and "displayName" not in body and "userName" in body
    body = scim.get(f"/Users/{key}", {"attributes": "meta.version"}).json()
    assert set(body["meta"]) == {"version"}
    both = scim.get(f"/Users/{key}", {"attributes": "id", "excludedAttributes": "id"})
    assert both.status_code == 400


def test_versions_guard_reads_and_writes(world, scim):
    key = staff(world.shushan, "wangfang").user_id
    version = scim.get(f"/Users/{key}").headers["ETag"]
    assert scim.get(f"/Users/{key}", **{"If-None-Match": version}).status_code == 304
    change = {"op": "replace", "path": "displayName", "value": "王芳芳"}
    assert scim.patch(f"/Users/{key}", change, **{"If-Match": 'W/"old"'}).status_code == 412
    done = scim.patch(f"/Users/{key}", change, **{"If-Match": version})
    assert (done.status_code, done.json()["displayName"]) == (200, "王芳芳")
    assert done.headers["ETag"] != version
    assert scim.patch(f"/Users/{key}", change, **{"If-Match": version}).status_code == 412


def test_replacing_a_user(world, scim):
    key = scim.post("/Users", document(world.shushan)).json()["id"]
    until = (TODAY() + timedelta(days=30)).isoformat()
    role = {"value": "viewer", "unionId": str(world.factory.pk), "validTo": until}
    sent = document(world.luyang, externalId="HR-2", part={"post": "主任", "roles": [role]})
    answer = scim.send("PUT", f"/Users/{key}", sent | {"displayName": "张伟民"})
    assert answer.status_code == 200, answer.content.decode()
    part = answer.json()[UNION_USER]
    assert (part["unionId"], part["post"]) == (str(world.luyang.pk), "主任")
    assert part["roles"][0]["validTo"] == until
    found = of(key)
    assert (found.union, found.name, found.title) == (world.luyang, "张伟民", "主任")
    assert found.user.display_name == "张伟民"
    # The same document again changes nothing.
    count = Grant.objects.unscoped("test").count()
    again = scim.send("PUT", f"/Users/{key}", answer.json())
    assert again.headers["ETag"] == answer.headers["ETag"]
    assert Grant.objects.unscoped("test").count() == count
    assert scim.send("PUT", f"/Users/{key}", document(world.luyang, "other")).status_code == 400


def test_moving_ends_what_was_held_at_the_former_union(world, scim):
    role = {"value": "handler", "unionId": str(world.shushan.pk)}
    key = scim.post("/Users", document(world.shushan, part={"roles": [role]})).json()["id"]
    moved = {"op": "replace", "path": f"{UNION_USER}:unionId", "value": str(world.luyang.pk)}
    left = {"op": "remove", "path": f"{UNION_USER}:roles"}
    answer = scim.patch(f"/Users/{key}", moved, left)
    assert answer.status_code == 200, answer.content.decode()
    assert grants(of(key)) == []
    assert of(key).union == world.luyang


def test_switching_off_and_on(world, scim):
    key = staff(world.shushan, "wangfang").user_id
    off = scim.patch(f"/Users/{key}", {"op": "replace", "value": {"active": False}})
    assert off.json()["active"] is False
    assert of(key).user.status == "suspended"
    on = scim.patch(f"/Users/{key}", {"op": "Replace", "path": "active", "value": True})
    assert on.json()["active"] is True
    assert scim.get("/Users", {"filter": "active eq true"}).json()["totalResults"] == 1


def test_deleting_closes_the_account(world, scim):
    key = scim.post("/Users", document(world.shushan, externalId="HR-9")).json()["id"]
    assert scim.send("DELETE", f"/Users/{key}").status_code == 204
    assert scim.get(f"/Users/{key}").status_code == 404
    assert of(key).user.status == "closed"
    assert not ExternalId.objects.exists()
    again = scim.post("/Users", document(world.shushan))
    assert (again.status_code, again.json()["scimType"]) == (409, "uniqueness")


def test_groups_are_roles_on_unions(world, scim, hefei):
    one, two = staff(world.shushan, "wangfang"), staff(world.factory, "liqiang", "李强")
    key = f"handler-{world.shushan.pk}"
    add = {
        "op": "add",
        "path": "members",
        "value": [{"value": str(one.user_id)}, {"value": str(two.user_id)}],
    }
    answer = scim.patch(f"/Groups/{key}", add)
    assert answer.status_code == 200, answer.content.decode()
    assert len(answer.json()["members"]) == 2
    assert grants(one) == [("handler", world.shushan.pk)]
    # Once more, and in the way some clients remove.
    scim.patch(f"/Groups/{key}", add)
    assert len(grants(two)) == 1
    less = {"op": "remove", "path": f'members[value eq "{one.user_id}"]'}
    assert [m["value"] for m in scim.patch(f"/Groups/{key}", less).json()["members"]] == [
        str(two.user_id)
    ]
    named = {"op": "remove", "path": "members", "value": [{"value": str(two.user_id)}]}
    assert "members" not in scim.patch(f"/Groups/{key}", named).json()
    assert grants(one) == grants(two) == []
    whole = {"schemas": [GROUP], "displayName": "x", "members": [{"value": str(one.user_id)}]}
    assert len(scim.send("PUT", f"/Groups/{key}", whole).json()["members"]) == 1
    found = scim.get("/Groups", {"filter": f'members.value eq "{one.user_id}"'}).json()
    assert [each["id"] for each in found["Resources"]] == [key]
    found = scim.get("/Groups", {"filter": 'displayName eq "合肥市蜀山区总工会查阅人"'}).json()
    assert [each["id"] for each in found["Resources"]] == [f"viewer-{world.shushan.pk}"]
    found = scim.get("/Groups", {"filter": f'id eq "{key}"', "sortBy": "displayName"}).json()
    assert found["totalResults"] == 1
    total = scim.get("/Groups", {"count": 3}).json()
    assert total["totalResults"] == 2 * 7 and len(total["Resources"]) == 3
    assert scim.post("/Groups", whole).status_code == 403
    assert scim.send("DELETE", f"/Groups/{key}").status_code == 403


def test_only_what_the_source_gave_is_its_to_take(world, scim):
    person = staff(world.shushan, "wangfang")
    grant = Grant(user=person.user, role="handler", valid_from=TODAY())
    grant.place_at(world.shushan)
    grant.save()
    key = f"handler-{world.shushan.pk}"
    assert "members" not in scim.get(f"/Groups/{key}").json()
    empty = {"schemas": [GROUP], "members": []}
    assert scim.send("PUT", f"/Groups/{key}", empty).status_code == 200
    assert grants(person) == [("handler", world.shushan.pk)]


def test_searching_by_post(world, scim):
    staff(world.shushan, "wangfang")
    body = {"schemas": [SEARCH], "filter": 'userName sw "wang"', "attributes": ["userName"]}
    page = scim.post("/Users/.search", body).json()
    assert page["totalResults"] == 1 and set(page["Resources"][0]) == {"schemas", "id", "userName"}
    assert scim.post("/Users/.search", {"filter": "x"}).status_code == 400
    assert scim.post("/Groups/.search", {"schemas": [SEARCH], "count": 1}).status_code == 200


def test_mobile_numbers_are_whole_only_where_approved(world):
    person = staff(world.shushan, "wangfang", mobile="13800138000")
    masked = Scim(token(source(world.hefei)))
    whole = Scim(token(source(world.hefei, "门户", shows_mobile=True)))
    path = f"/Users/{person.user_id}"
    assert masked.get(path).json()["phoneNumbers"][0]["value"] == "138****8000"
    assert whole.get(path).json()["phoneNumbers"][0]["value"] == "13800138000"
    # What was read masked may be sent back without harm.
    assert masked.send("PUT", path, masked.get(path).json()).status_code == 200
    assert whole.get(path).json()["phoneNumbers"][0]["value"] == "13800138000"
    new = [{"value": "13900139000", "type": "mobile"}]
    masked.patch(path, {"op": "replace", "path": "phoneNumbers", "value": new})
    assert whole.get(path).json()["phoneNumbers"][0]["value"] == "13900139000"


def test_queries_do_not_grow_with_the_page(world, scim, django_assert_max_num_queries):
    for number in range(12):
        staff(world.shushan, f"user{number}")
    with django_assert_max_num_queries(12):
        assert scim.get("/Users").json()["itemsPerPage"] == 12
    with django_assert_max_num_queries(12):
        scim.get("/Groups")
