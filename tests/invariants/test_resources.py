"""Every resource × actor × address: who may, who may not, and that a denial changes nothing.

The actors around a record kept at `factory` (county shushan, city hefei):
own: roles at factory; parent: the same at shushan; sibling: the same at jinghu in another city;
bare: signed in without any grant; anonymous.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from gonghui.kernel.access.roles import (
    APPROVER,
    AUDITOR,
    HANDLER,
    SECURITY_ADMIN,
    SYSTEM_ADMIN,
    VIEWER,
)
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.kernel.resource.declaration import RESOURCES, Resource
from tests.invariants.makers import makers

pytestmark = pytest.mark.django_db
ALL = (HANDLER, APPROVER, VIEWER, AUDITOR, SECURITY_ADMIN, SYSTEM_ADMIN)
CODES = sorted(RESOURCES)


def client_of(world: Any, union: Any = None) -> Client:
    client = Client()
    grants = [(role, union) for role in ALL] if union else []
    client.force_login(world.user("某人", *grants))
    return client


@pytest.fixture
def made(world, request) -> tuple[Resource, Any]:
    resource = RESOURCES[request.param]
    maker = makers().get(resource.code)
    assert maker, f"tests/invariants/makers.py knows no record of {resource.code}"
    return resource, maker(world, world.factory)


def addresses(resource: Resource, pk: int) -> list[tuple[str, str]]:
    """Every address of one record: (method, path)."""
    found = [("get", f"/w/{resource.code}/{pk}/"), ("get", f"/api/v1/{resource.code}/{pk}/")]
    for step in resource.steps:
        found.append(("get", f"/w/{resource.code}/{pk}/{step.slug}/"))
        found.append(("post", f"/w/{resource.code}/{pk}/{step.slug}/"))
        found.append(("post", f"/api/v1/{resource.code}/{pk}/{step.slug}/"))
    if resource.reveal:
        found.append(("post", f"/w/{resource.code}/{pk}/reveal/"))
    return found


def fingerprint() -> dict[str, tuple]:
    """A digest of every business table; sessions, audit and rate counters aside."""
    aside = (
        "django_session",
        "audit_",
        "identity_user",
        "identity_session",
        "identity_knowndevice",
        "resource_draft",
        "security_",
    )
    found = {}
    with connection.cursor() as cursor:
        raise_wall(Scope.everything())
        for table in connection.introspection.table_names(cursor):
            if not table.startswith(aside):
                rows = "string_agg(t::text, '|' ORDER BY t::text)"
                # A refusal is itself an event of security; nothing else may be published.
                but = " WHERE t::text !~ 'cn.gonghui.security'" * (table == "bus_outbox")
                cursor.execute(f"SELECT count(*), md5({rows}) FROM {table} t{but}")
                found[table] = cursor.fetchone()
    return found


@pytest.mark.parametrize("made", CODES, indirect=True)
def test_other_county_is_refused_at_every_address_and_changes_nothing(world, made, as_application):
    resource, record = made
    if resource.view.public or resource.view.open:
        pytest.skip("everybody may see it")
    client = client_of(world, world.jinghu)
    before = fingerprint()
    for method, path in addresses(resource, record.pk):
        answer = getattr(client, method)(path, {})
        assert answer.status_code == 403, (method, path, answer.status_code)
        assert (
            getattr(client, method)(path.replace(f"/{record.pk}/", "/987654321/"), {}).status_code
            == 403
        )
    listed = client.get(f"/api/v1/{resource.code}/?limit=200")
    assert record.pk not in [item["id"] for item in listed.json().get("items", [])]
    assert fingerprint() == before


@pytest.mark.parametrize("made", CODES, indirect=True)
def test_without_a_grant_nothing_opens(world, made, as_application):
    resource, record = made
    if resource.view.public or resource.view.open:
        pytest.skip("everybody may see it")
    before = fingerprint()
    bare, anonymous = client_of(world), Client()
    for method, path in [("get", f"/w/{resource.code}/"), *addresses(resource, record.pk)]:
        answer = getattr(bare, method)(path, {})
        if resource.view.own and path == f"/w/{resource.code}/":
            assert answer.status_code in {200, 403}
        else:
            assert answer.status_code == 403, (method, path)
        assert getattr(anonymous, method)(path, {}).status_code in {302, 403}, (method, path)
    assert fingerprint() == before


@pytest.mark.parametrize("made", CODES, indirect=True)
def test_own_and_superior_union_see_the_record(world, made, as_application):
    resource, record = made
    for union in (world.factory, world.shushan):
        client = client_of(world, union)
        assert client.get(f"/w/{resource.code}/{record.pk}/").status_code == 200
        data = client.get(f"/api/v1/{resource.code}/?limit=200")
        assert data.status_code == 200
        for step in resource.steps:
            answer = client.get(f"/w/{resource.code}/{record.pk}/{step.slug}/")
            assert answer.status_code in {200, 403, 422}, step.slug


@pytest.mark.parametrize("code", CODES)
def test_list_and_its_tools_open_for_who_may(world, code, as_application):
    client = client_of(world, world.province)
    resource = RESOURCES[code]
    assert client.get(f"/w/{code}/").status_code == 200
    assert client.get(f"/w/{code}/?q=王伟").status_code == 200
    for sort in resource.sorts:
        assert client.get(f"/w/{code}/?sort={sort.field}").status_code == 200
        assert client.get(f"/api/v1/{code}/?sort=-{sort.field}").status_code == 200
    assert client.get(f"/w/{code}/views/").status_code == 200
    if resource.export:
        assert client.get(f"/w/{code}/export/").status_code == 200
        assert client.post(f"/w/{code}/export/", {"kind": "csv"}).status_code == 422
    for step in resource.creates:
        assert client.get(f"/w/{code}/new/{step.slug}/").status_code in {200, 403}


@pytest.mark.parametrize("made", CODES, indirect=True)
def test_each_step_needs_its_own_permission(world, made, as_application):
    """A role that may see the record but not take the step is refused, page and API."""
    resource, record = made
    before = fingerprint()
    for step in resource.steps:
        lacking = [role for role in ALL if role not in step.action.permission.roles]
        lacking = [role for role in lacking if role in resource.view.roles]
        for role in lacking:
            client = Client()
            client.force_login(world.user("某人", (role, world.factory)))
            for base in ("/w", "/api/v1"):
                path = f"{base}/{resource.code}/{record.pk}/{step.slug}/"
                assert client.post(path, {}).status_code == 403, (path, role.code)
    assert fingerprint().keys() == before.keys()


@pytest.mark.parametrize("code", CODES)
def test_personal_numbers_are_nowhere_in_lists(world, code, as_application):
    resource = RESOURCES[code]
    sealed = {"document_sealed", "mobile_sealed", "document_index", "mobile_index"}
    for column in resource.columns:
        assert column.source.split("__")[-1] not in sealed


@pytest.mark.parametrize("made", CODES, indirect=True)
def test_reads_leave_no_audit_and_refused_steps_neither(world, made, as_application):
    resource, record = made
    count = Entry.objects.count()
    client = client_of(world, world.shushan)
    client.get(f"/w/{resource.code}/{record.pk}/")
    client.get(f"/w/{resource.code}/")
    assert Entry.objects.count() == count
