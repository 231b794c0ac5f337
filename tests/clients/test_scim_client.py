"""Our SCIM service asked by scim2-client, which judges every answer by RFC 7643 and 7644."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from django.db import transaction
from scim2_client.client import BaseSyncSCIMClient
from scim2_models import (
    Error,
    ListResponse,
    PatchOp,
    PatchOperation,
    SCIMException,
    SearchRequest,
)

from gonghui.kernel.testing import world as world_module
from gonghui.systems.foundation.users.rules.scim import UNION_USER
from gonghui.systems.foundation.users.tests.scim_sources import source, token

pytestmark = pytest.mark.django_db(transaction=True)


class OverHttp(BaseSyncSCIMClient):
    """scim2-client on a real connection."""

    def __init__(self, client: httpx.Client) -> None:
        super().__init__()
        self.client = client

    def request(self, method: str, url: str, **kwargs: Any) -> httpx.Response:
        return self.client.request(method, url.lstrip("/"), **kwargs)


@pytest.fixture
def platform(live_server) -> tuple[world_module.World, OverHttp]:
    with transaction.atomic():
        world = world_module.build()
        text = token(source(world.hefei, roles=["handler", "viewer"]))
    headers = {"Authorization": f"Bearer {text}", "Accept": "application/scim+json"}
    client = httpx.Client(base_url=f"{live_server.url}/scim/v2/", headers=headers, trust_env=False)
    scim = OverHttp(client)
    scim.discover()
    return world, scim


def refused(call: Callable[[], Any], status: int, kind: str = "") -> None:
    """The server answers with a SCIM error the client takes for one."""
    with pytest.raises(SCIMException) as caught:
        call()
    error: Error = caught.value.error
    assert (error.status, error.scim_type or "") == (status, kind)
    assert error.detail


def test_the_whole_life_of_a_user(platform):
    world, scim = platform
    config = scim.provider.config
    assert config.patch.supported and config.etag.supported and not config.bulk.supported
    User, Group = scim.get_resource_model("User"), scim.get_resource_model("Group")
    role = {"value": "handler", "unionId": str(world.shushan.pk), "validTo": "2099-12-31"}
    sent = User.model_validate(
        {
            "schemas": [str(User.__schema__), UNION_USER],
            "userName": "zhangwei",
            "displayName": "张伟",
            "externalId": "HR-1",
            "phoneNumbers": [{"value": "13800138000", "type": "mobile"}],
            UNION_USER: {"unionId": str(world.shushan.pk), "post": "干事", "roles": [role]},
        }
    )
    made = scim.create(sent)
    assert isinstance(made, User) and made.meta.version and made.active is True
    assert made.groups[0].value == f"handler-{world.shushan.pk}"
    refused(lambda: scim.create(sent), 409, "uniqueness")

    read = scim.query(User, made.id)
    assert read == made
    assert scim.query(read) == read, "304 gives back what is known"
    for condition, total in (
        ('userName eq "ZhangWei"', 1),
        ('externalId eq "HR-1" and active eq true', 1),
        (f'{UNION_USER}:roles[value eq "handler"]', 1),
        ('displayName co "李"', 0),
    ):
        found = scim.query(User, query_parameters=SearchRequest(filter=condition, count=5))
        assert isinstance(found, ListResponse)
        assert found.total_results == total, condition
    few = SearchRequest(attributes=["userName"], sort_by="userName", sort_order="descending")
    (brief,) = scim.query(User, query_parameters=few).resources
    assert (brief.user_name, brief.display_name) == ("zhangwei", None)
    bad = {"filter": "userName likes 1"}
    refused(
        lambda: scim.query(User, query_parameters=bad, check_request_payload=False),
        400,
        "invalidFilter",
    )

    read.display_name = "张伟民"
    replaced = scim.replace(read)
    assert replaced.display_name == "张伟民" and replaced.meta.version != made.meta.version
    # The version the client knew is old now, and it says so by itself.
    refused(lambda: scim.replace(read), 412)

    operations = [
        PatchOperation(op="replace", path="active", value=False),
        PatchOperation(op="replace", path=f"{UNION_USER}:post", value="主任"),
    ]
    patched = scim.modify(replaced, PatchOp[User](operations=operations))
    assert patched.active is False
    assert patched[UNION_USER].post == "主任"

    group = scim.query(Group, f"viewer-{world.shushan.pk}")
    assert group.members is None
    on = PatchOperation(op="replace", path="active", value=True)
    patched = scim.modify(patched, PatchOp[User](operations=[on]))
    add = PatchOperation(op="add", path="members", value=[{"value": patched.id}])
    group = scim.modify(group, PatchOp[Group](operations=[add]))
    assert [member.value for member in group.members] == [patched.id]
    held = SearchRequest(filter=f'members.value eq "{patched.id}"')
    assert scim.query(Group, query_parameters=held).total_results == 2
    less = PatchOperation(op="remove", path=f'members[value eq "{patched.id}"]')
    assert scim.modify(group, PatchOp[Group](operations=[less])).members is None
    refused(lambda: scim.query(Group, f"viewer-{world.jinghu.pk}"), 404)

    latest = scim.query(User, made.id)
    assert scim.delete(latest) is None
    refused(lambda: scim.query(User, made.id), 404)
    assert scim.query(User).total_results == 0


def test_everything_is_found_by_pages(platform):
    world, scim = platform
    User, Group = scim.get_resource_model("User"), scim.get_resource_model("Group")
    for number in range(5):
        part = {"unionId": str(world.luyang.pk)}
        made = {"userName": f"user{number}", "displayName": "王芳", UNION_USER: part}
        scim.create(User.model_validate({"schemas": [str(User.__schema__), UNION_USER], **made}))
    names = []
    for start in (1, 3, 5):
        page = SearchRequest(start_index=start, count=2, sort_by="userName")
        answer = scim.query(User, query_parameters=page)
        assert (answer.total_results, answer.start_index) == (5, start)
        names += [user.user_name for user in answer.resources]
    assert names == [f"user{number}" for number in range(5)]
    groups = scim.query(Group, query_parameters=SearchRequest(count=100))
    assert groups.total_results == len(groups.resources) == 14
