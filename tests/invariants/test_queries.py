"""How many queries each generated page costs; a committed baseline that may only go down."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gonghui.kernel.access.roles import (
    APPROVER,
    AUDITOR,
    HANDLER,
    SECURITY_ADMIN,
    SYSTEM_ADMIN,
    VIEWER,
)
from gonghui.kernel.resource.declaration import RESOURCES
from tests.invariants import baselines
from tests.invariants.makers import makers

FILE = Path(__file__).with_name("query_counts.json")
ALL = (HANDLER, APPROVER, VIEWER, AUDITOR, SECURITY_ADMIN, SYSTEM_ADMIN)
CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


def counted(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200, path
    return sum(not query["sql"].startswith(CONTROL) for query in captured.captured_queries)


def measure(world: Any, code: str) -> dict[str, int]:
    """List and record page of a resource, with a record of each union below the street."""
    maker = makers()[code]
    records = [maker(world, union) for union in (world.factory, world.shop)]
    client = Client()
    user = world.user("某人", *[(role, world.shushan) for role in ALL])
    client.force_login(user)
    client.get(f"/w/{code}/")
    return {
        "list": counted(client, f"/w/{code}/"),
        "record": counted(client, f"/w/{code}/{records[0].pk}/"),
        "api": counted(client, f"/api/v1/{code}/"),
    }


@pytest.mark.django_db
@pytest.mark.parametrize("code", sorted(RESOURCES))
def test_pages_cost_no_more_queries_than_agreed(world, code):
    if baselines.wanted():
        known = json.loads(FILE.read_text()) if FILE.exists() else {}
        known[code] = measure(world, code)
        FILE.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")
        return
    agreed = json.loads(FILE.read_text())
    assert code in agreed, "run `make baselines`"
    for page, count in measure(world, code).items():
        assert count <= agreed[code][page], (code, page, count)


@pytest.mark.django_db
@pytest.mark.parametrize("code", sorted(RESOURCES))
def test_list_costs_the_same_for_one_row_and_for_many(world, code):
    maker = makers()[code]
    client = Client()
    user = world.user("某人", *[(role, world.province) for role in ALL])
    client.force_login(user)
    maker(world, world.factory)
    client.get(f"/w/{code}/")
    one = counted(client, f"/w/{code}/")
    for union in (world.shop, world.mill, world.factory_b):
        maker(world, union)
    assert counted(client, f"/w/{code}/") == one
