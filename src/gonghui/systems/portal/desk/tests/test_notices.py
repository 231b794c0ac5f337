"""Notices: who drafts and publishes, who is given them, confirming, urging, files, their text."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from gonghui.kernel.access.roles import APPROVER, HANDLER, SYSTEM_ADMIN, VIEWER
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.notify.models import Message, Todo
from gonghui.systems.portal.desk.actions import notices, own
from gonghui.systems.portal.desk.models import Notice, NoticeReading
from gonghui.systems.portal.desk.queries import notices as queries
from gonghui.systems.portal.desk.queries.notices import find_notices
from gonghui.systems.portal.desk.tests.makers import notice

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def words(**facts):
    today = timezone.localdate()
    return {
        "title": "关于普查的通知",
        "body": "请按时完成。",
        "starts_on": today,
        "ends_on": today + timedelta(days=20),
        **facts,
    }


@pytest.fixture
def staff(world, cadre, acting):
    """Handler and approver of Shushan."""
    return (
        acting(cadre("经办", world.shushan, HANDLER)),
        acting(cadre("审批", world.shushan, APPROVER)),
    )


def test_a_handler_drafts_and_an_approver_publishes(world, staff):
    handler, approver = staff
    made = notices.draft(world.shushan, by=handler, **words())
    assert made.state == "draft"
    todo = Todo.objects.get(kind="notice.publish")
    assert (todo.union_id, todo.permission) == (world.shushan.pk, "notices.publish")
    with pytest.raises(Forbidden):
        notices.publish(made, by=handler)
    published = notices.publish(made, by=approver)
    assert (published.state, published.published_by) == ("published", "审批")
    assert not Todo.objects.filter(done_at=None).exists()
    with pytest.raises(Conflict):
        notices.publish(published, by=approver)
    with pytest.raises(Conflict):
        notices.edit(published, by=handler, **words(title="另一个"))
    with pytest.raises(Forbidden):
        notices.draft(world.jinghu, by=handler, **words())


def test_a_draft_is_reworded_and_asked_for_anew(world, staff):
    handler, _ = staff
    made = notices.draft(world.shushan, by=handler, **words())
    made = notices.edit(
        made, by=handler, **words(title="改过的标题", roles=["approver", "handler"])
    )
    assert made.roles == ["handler", "approver"]
    assert Todo.objects.get(done_at=None).title == "公告待发布：改过的标题"
    with pytest.raises(Refusal):
        notices.edit(made, by=handler, **words(roles=["king"]))


def test_withdrawing_hides_it_at_once(world, staff, cadre, acting):
    handler, approver = staff
    reader = acting(cadre("读者", world.factory))
    made = notices.publish(notices.draft(world.shushan, by=handler, **words()), by=approver)
    assert queries.readable(reader, made.pk)
    notices.withdraw(made, by=approver, reason="内容有误")
    assert queries.readable(reader, made.pk) is None
    with pytest.raises(Conflict):
        notices.withdraw(made, by=approver, reason="再撤一次")


def test_it_reaches_those_at_and_below_and_nobody_else(world, cadre, acting, client_of):
    of_hefei = notice(world, world.hefei, "合肥的公告")
    of_wuhu = notice(world, world.wuhu, "芜湖的公告")
    reader = cadre("合肥基层", world.factory)
    titles = {item.title for item in queries.current(acting(reader), timezone.localdate(), most=9)}
    assert titles == {"合肥的公告"}
    client = client_of(reader)
    for page in ("/desk/", "/notices/", "/notices/?q=公告", "/search/?q=公告", "/desk/calendar/"):
        assert "芜湖的公告" not in client.get(page).content.decode(), page
    assert client.get(f"/notices/{of_hefei.pk}/").status_code == 200
    assert client.get(f"/notices/{of_wuhu.pk}/").status_code == 404
    assert client.post(f"/notices/{of_wuhu.pk}/confirm/").status_code == 404
    assert not NoticeReading.objects.filter(notice=of_wuhu).exists()
    superior = acting(cadre("省里", world.province))
    assert queries.readable(superior, of_hefei.pk) is None, "a notice goes down, not up"


def test_reach_and_roles_narrow_it(world, cadre, acting):
    own_only = notice(world, world.shushan, "只限本级", reach="own")
    approvers = notice(world, world.shushan, "给审批人", roles=["approver"])
    at_home = acting(cadre("本级经办", world.shushan, HANDLER))
    below = acting(cadre("下级审批", world.factory, APPROVER))
    assert queries.readable(at_home, own_only.pk)
    assert queries.readable(at_home, approvers.pk) is None
    assert queries.readable(below, own_only.pk) is None
    assert queries.readable(below, approvers.pk)


def test_a_role_counts_where_it_is_held(world, acting):
    """An approver in Wuhu who only reads in Shushan is not an approver of Shushan."""
    made = notice(world, world.shushan, "给审批人", roles=["approver"])
    user = world.user("两地", (APPROVER, world.jinghu), (VIEWER, world.factory))
    assert queries.readable(acting(user), made.pk) is None


def test_a_period_that_has_not_begun_or_is_over_is_not_shown(world, cadre, acting, client_of):
    today = timezone.localdate()
    soon = notice(world, world.shushan, "明天起", starts_on=today + timedelta(days=1))
    past = notice(
        world,
        world.shushan,
        "昨天止",
        starts_on=today - timedelta(days=9),
        ends_on=today - timedelta(days=1),
    )
    reader = cadre("读者", world.factory)
    assert queries.current(acting(reader), today, most=9) == []
    client = client_of(reader)
    assert client.get(f"/notices/{soon.pk}/").status_code == 404
    assert client.get(f"/notices/{past.pk}/").status_code == 200
    assert notices.expire(today) == 1
    assert Notice.objects.unscoped("test").get(pk=past.pk).state == "expired"
    assert "昨天止" in client.get("/notices/?show=past").content.decode()


def test_confirming_counts_once_and_is_counted(world, cadre, acting, client_of):
    made = notice(world, world.shushan, "必读", must_read=True)
    reader, other = cadre("读者", world.factory), cadre("别人", world.shop)
    cadre("外县", world.jinghu)
    client = client_of(reader)
    assert "待确认" in client.get("/desk/").content.decode()
    client.get(f"/notices/{made.pk}/")
    client.post(f"/notices/{made.pk}/confirm/")
    first = NoticeReading.objects.get(user_id=reader.pk).confirmed_at
    client.post(f"/notices/{made.pk}/confirm/")
    assert NoticeReading.objects.get(user_id=reader.pk).confirmed_at == first
    assert queries.spread(made, timezone.localdate()) == queries.Spread(2, 1, 1)
    assert list(queries.not_confirmed(made, timezone.localdate())) == [other]


def test_urging_reaches_who_has_not_confirmed_once_a_day(world, staff, cadre):
    _, approver = staff
    made = notice(world, world.shushan, "必读", must_read=True)
    done, late = cadre("已读", world.factory), cadre("未读", world.shop)
    own.confirm(made, done.pk)
    urged = notices.urge(made, by=approver)
    told = set(Message.objects.values_list("recipient_user_id", flat=True))
    assert late.pk in told
    assert done.pk not in told
    with pytest.raises(Conflict):
        notices.urge(urged, by=approver)


def test_who_has_not_confirmed_is_for_the_union_that_gave_it(world, cadre, client_of):
    made = notice(world, world.shushan, "必读", must_read=True)
    cadre("某某某", world.factory)
    page = f"/notices/{made.pk}/unconfirmed/"
    assert "某某某" in client_of(cadre("本级", world.shushan)).get(page).content.decode()
    assert client_of(cadre("下级", world.factory)).get(page).status_code == 404
    assert client_of(cadre("管理员", world.shushan, SYSTEM_ADMIN)).get(page).status_code == 403


def test_files_go_with_it_and_only_to_its_readers(world, staff, cadre, client_of):
    handler, approver = staff
    upload = SimpleUploadedFile("附件一.pdf", PDF, "application/pdf")
    made = notices.draft(world.shushan, by=handler, **words(attachments=[upload]))
    file = queries.attachments(made)[0]
    below = client_of(cadre("读者", world.factory))
    assert below.get(f"/files/{file.key}/").status_code == 403, "a draft is nobody's to read"
    notices.publish(made, by=approver)
    assert below.get(f"/files/{file.key}/").status_code == 200
    outside = client_of(cadre("外县", world.jinghu))
    assert outside.get(f"/files/{file.key}/").status_code == 403
    with pytest.raises(Refusal):
        bad = SimpleUploadedFile("坏.pdf", b"MZ\x90", "application/pdf")
        notices.draft(world.shushan, by=handler, **words(attachments=[bad]))


def test_no_text_of_a_notice_becomes_a_tag(world, cadre, client_of):
    attack = "<script>alert(1)</script><img src=x onerror=alert(1)>[点](javascript:alert(1))"
    made = notice(world, world.shushan, attack[:80], body=attack)
    client = client_of(cadre("读者", world.factory))
    manager = client_of(cadre("本级", world.shushan))
    pages = [
        client.get("/desk/"),
        client.get("/notices/"),
        client.get(f"/notices/{made.pk}/"),
        client.get("/search/?q=script"),
        manager.get(f"/w/notices/{made.pk}/"),
        manager.get("/w/notices/"),
    ]
    for page in pages:
        html = page.content.decode()
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert 'href="javascript' not in html


def test_search_knows_only_notices_of_the_reader(world, cadre, acting):
    notice(world, world.wuhu, "芜湖会议通知")
    notice(world, world.hefei, "合肥会议通知")
    found = find_notices("会议", acting(cadre("读者", world.factory)))
    assert [hit.title for hit in found] == ["合肥会议通知"]


def test_pinned_and_waiting_come_first(world, cadre, acting, staff):
    _, approver = staff
    plain, pinned = notice(world, world.shushan, "平常"), notice(world, world.shushan, "置顶")
    notice(world, world.shushan, "必读", must_read=True)
    notices.pin(pinned, by=approver)
    found = queries.current(acting(cadre("读者", world.factory)), timezone.localdate(), most=9)
    assert [item.title for item in found] == ["必读", "置顶", "平常"]
    assert plain.pinned is False
