"""Pages as cadres see them: desk, compose with its live count, headcount, statistics."""

import pytest
from django.urls import reverse

from gonghui.kernel.access.roles import HANDLER
from gonghui.systems.media.short_messages.tests import makers

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(office, client_of):
    return client_of(office.writer)


def page(client, url, status=200, **data):
    answer = client.get(url, data)
    assert answer.status_code == status, answer.content.decode()[:500]
    return answer.content.decode()


def test_the_desk_shows_danger_first(office, client):
    makers.incoming(office.world, office.union, "不想活了", alarm="不想活")
    text = page(client, reverse("short-desk"))
    assert text.index("危急来信") < text.index("编写群发短信")
    assert "138****2351" not in text or "13855512351" not in text


def test_the_count_is_that_of_what_is_sent(office, client):
    makers.route(office.world, office.union)
    url = reverse("short-count")
    sent = {"text": "工" * 61, "signature": office.signature.pk, "category": "notice"}
    answer = client.post(url, sent).content.decode()
    assert "共 71 字，2 条短信" in answer and "回T退订" in answer
    assert "还没有内容" in client.post(url, {"text": ""}).content.decode()
    assert "内容太长" in client.post(url, {"text": "工" * 700}).content.decode()


def test_the_count_shows_the_headcount_of_the_list(office, client):
    office.world.member(office.world.factory)
    makers.route(office.world, office.union)
    audience = makers.audience(office.world, office.union)
    sent = {"text": "您好", "audience": audience.pk, "category": "notice"}
    answer = client.post(reverse("short-count"), sent).content.decode()
    assert "对象 1 人，可发 <strong>1</strong> 人" in answer and "0.04 元" in answer


def test_the_headcount_page_counts_by_the_rights_of_who_asks(office, client_of):
    office.world.member(office.world.factory)
    office.world.member(office.world.mill)
    clerk = client_of(office.world.actor("镜湖经办", (HANDLER, office.world.jinghu)))
    text = page(clerk, reverse("short-audience"), list="memberships")
    assert '<td class="c-number">1</td>' in text
    page(clerk, reverse("short-audience"), status=422, list="no-such-list")


def test_a_batch_is_written_through_the_form(office, client):
    makers.route(office.world, office.union)
    url = reverse("resource:short-batches:create", args=["write"])
    assert "sm-count" in page(client, url)
    answer = client.post(
        url,
        {
            "union": office.union.name,
            "title": "读书活动",
            "category": "notice",
            "signature": office.signature.pk,
            "budget": office.budget.pk,
            "text": "读书活动周六举行。",
            "numbers": makers.MOBILE,
            "payload": "sms",
        },
    )
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    assert "【安徽工会】读书活动周六举行。" in page(client, answer["Location"])


def test_statistics_and_records_open(office, client):
    made = makers.message(office.world, office.union, state="delivered")
    text = page(client, reverse("short-statistics"))
    assert "送达率" in text and "100.0%" in text
    page(client, reverse("resource:short-messages:record", args=[made.pk]))
    for code, maker in makers.MAKERS.items():
        row = maker(office.world, office.union)
        page(client, reverse(f"resource:{code}:list"))
        page(client, reverse(f"resource:{code}:record", args=[row.pk]))


def test_a_viewer_of_nothing_sees_nothing(office, client_of):
    nobody = client_of(office.world.actor("某人"))
    for name in ("short-desk", "short-audience", "short-statistics"):
        page(nobody, reverse(name), status=403)
    assert nobody.post(reverse("short-count"), {"text": "x"}).status_code == 403


def test_ids_that_can_be_none_are_counted_without(office, client):
    endless = "9" * 5000
    sent = {
        "text": "",
        "template": endless,
        "signature": endless,
        "audience": endless,
        "category": "notice",
    }
    assert "还没有内容" in client.post(reverse("short-count"), sent).content.decode()
    sent["text"] = "您好"
    assert "1 条短信" in client.post(reverse("short-count"), sent).content.decode()
