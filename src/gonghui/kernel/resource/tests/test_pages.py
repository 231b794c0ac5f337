"""The generated pages of a resource, on the member list."""

import pytest
from django.test import Client

from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER
from gonghui.kernel.testing.world import World


@pytest.fixture
def client_of(world: World):
    def signed_in(*grants):
        client = Client()
        client.force_login(world.user("测试", *grants))
        return client

    return signed_in


def test_list_shows_own_members_and_no_others(world, client_of, as_application):
    mine = world.member(world.factory, "李建国")
    other = world.member(world.mill, "赵芳芳")
    page = client_of((HANDLER, world.shushan)).get("/w/memberships/")
    assert page.status_code == 200
    text = page.content.decode()
    assert mine.number in text
    assert other.number not in text
    assert mine.person.document_mask in text


def test_record_of_another_county_is_refused_like_one_that_is_not_there(world, client_of):
    other = world.member(world.mill)
    client = client_of((APPROVER, world.shushan))
    for address in (f"/w/memberships/{other.pk}/", "/w/memberships/999999999/"):
        assert client.get(address).status_code == 403


def test_two_character_search_finds_either_pair(world, client_of):
    member = world.member(world.factory, "李建国")
    client = client_of((VIEWER, world.shushan))
    for text in ("李建", "建国", "李建国", member.number):
        assert member.number in client.get("/w/memberships/", {"q": text}).content.decode()
    assert member.number not in client.get("/w/memberships/", {"q": "李国"}).content.decode()


def test_keyset_pages_show_every_row_once_in_order(world, client_of, settings):
    for _ in range(7):
        world.member(world.factory)
    client = client_of((VIEWER, world.shushan))
    seen, url = [], "/api/v1/memberships/?limit=3"
    while url:
        data = client.get(url).json()
        seen += [item["id"] for item in data["items"]]
        url = data["next"] and f"/api/v1/memberships/?limit=3&after={data['next']}"
    assert len(seen) == len(set(seen)) == 7
    assert seen == sorted(seen, reverse=True)


def test_personal_numbers_are_revealed_only_for_a_reason_and_that_is_audited(world, client_of):
    from gonghui.kernel.audit.models import Entry

    member = world.member(world.factory)
    client = client_of((HANDLER, world.shushan))
    address = f"/w/memberships/{member.pk}/reveal/"
    assert client.post(address, {"reason": ""}).status_code == 422
    page = client.post(address, {"reason": "核对转会材料"})
    assert page.status_code == 200
    from gonghui.kernel.people import persons

    number = persons.reveal(member.person)["document_number"]
    assert number in page.content.decode()
    entry = Entry.objects.get(action="memberships.reveal")
    assert entry.reason == "核对转会材料"
    assert number not in str(entry.changes)


def test_viewer_may_not_reveal(world, client_of):
    member = world.member(world.factory)
    client = client_of((VIEWER, world.shushan))
    page = client.post(f"/w/memberships/{member.pk}/reveal/", {"reason": "核对转会材料"})
    assert page.status_code == 403


def test_export_asks_for_a_purpose_and_logs_it(world, client_of):
    from gonghui.kernel.resource.models import ExportLog

    world.member(world.factory)
    client = client_of((APPROVER, world.shushan))
    assert client.post("/w/memberships/export/", {"kind": "csv"}).status_code == 422
    page = client.post("/w/memberships/export/", {"kind": "csv", "purpose": "年度统计核对"})
    assert page.status_code == 200
    assert "年度统计核对" in b"".join(page.streaming_content).decode("utf-8-sig")
    log = ExportLog.objects.unscoped("test").get()
    assert (log.rows, log.purpose) == (1, "年度统计核对")


@pytest.mark.parametrize(
    "query",
    ["sort=evil", "after=xx", "joined_on_from=2026-13-01", "status=none", "limit=100000"],
)
def test_wrong_parameters_are_refused_in_words(world, client_of, query):
    client = client_of((VIEWER, world.shushan))
    page = client.get(f"/api/v1/memberships/?{query}")
    assert page.status_code == 422
    assert page.json()["title"]


def test_anonymous_is_sent_to_sign_in(client, db):
    assert client.get("/w/memberships/").status_code == 302
    assert client.get("/api/v1/memberships/").status_code == 403


def test_under_another_city_is_refused(world, client_of):
    client = client_of((VIEWER, world.shushan))
    assert client.get(f"/w/memberships/?under={world.wuhu.pk}").status_code == 403


def test_export_command_sees_what_its_user_sees(world, tmp_path, as_application):
    from django.core.management import CommandError, call_command

    mine = world.member(world.factory)
    other = world.member(world.mill)
    user = world.user("导出", (APPROVER, world.shushan))
    viewer = world.user("查阅", (VIEWER, world.shushan))
    file = tmp_path / "members.csv"
    asked = {"purpose": "年度统计核对", "where": ["status=active"]}
    call_command("export", "memberships", str(file), username=user.username, **asked)
    text = file.read_text("utf-8-sig")
    assert mine.number in text
    assert other.number not in text
    with pytest.raises(CommandError, match="权限"):
        call_command("export", "memberships", str(file), username=viewer.username, **asked)
