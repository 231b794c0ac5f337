"""Change requests: who decides, what follows, two at once, other counties."""

from __future__ import annotations

import random
import threading
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.base.identifiers import synthetic_uscc
from gonghui.kernel.base.ids import check_receipt_number
from gonghui.kernel.notify.models import Message, Todo
from gonghui.kernel.org.models import OrgEvent, Union, UnionKind
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.kernel.testing import world as world_module
from gonghui.systems.mobilization.membership.actions import changes
from gonghui.systems.mobilization.membership.models.changes import ChangeState, UnionChange
from gonghui.systems.mobilization.membership.queries.evidence import evidence_of
from gonghui.systems.mobilization.membership.queries.unions import profile_of

DAY = date(2026, 7, 1)


@pytest.fixture(autouse=True)
def stored(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def paper(name: str = "批复.pdf", content: bytes = b"%PDF-1.4\n%%EOF\n") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/pdf")


@pytest.fixture
def cast(world):
    return {
        "handler": world.actor("厂经办", (HANDLER, world.factory)),
        "own": world.actor("厂审批", (APPROVER, world.factory)),
        "town": world.actor("镇审批", (APPROVER, world.jinggang)),
        "county": world.actor("区审批", (APPROVER, world.shushan)),
        "city": world.actor("市审批", (APPROVER, world.hefei)),
        "other": world.actor("他区", (APPROVER, world.luyang), (HANDLER, world.luyang)),
        "both": world.actor("兼任", (HANDLER, world.jinggang), (APPROVER, world.jinggang)),
    }


def ask(union: Union, by, **asked) -> UnionChange:
    values = {"effective_on": DAY, "reason": "单位更名", "evidence": paper(), **asked}
    return changes.submit(union, by=by, **values)


def fresh(row):
    return type(row).objects.unscoped("test").get(pk=row.pk)


def test_request_has_receipt_evidence_comparison_and_reaches_the_superior(world, cast):
    change = ask(world.factory, cast["handler"], name="安徽华阳重工有限公司工会", industry="35")
    assert check_receipt_number(change.receipt).prefix == "BG"
    assert change.decider == world.jinggang
    assert [file.name for file in evidence_of(change)] == ["批复.pdf"]
    lines = {line.title: (line.old, line.new) for line in change.comparison()}
    assert lines["工会名称"] == ("安徽华阳机械有限公司工会", "安徽华阳重工有限公司工会")
    assert set(lines) == {"工会名称", "行业"}
    todo = Todo.objects.get(kind="union-change.decide", done_at=None)
    assert todo.union_id == world.jinggang.pk
    assert Message.objects.filter(template="union-change.submitted").exists()


def test_without_an_approver_at_the_superior_the_next_above_is_asked(world):
    handler = world.actor("厂经办", (HANDLER, world.factory))
    world.actor("区审批", (APPROVER, world.shushan))
    ask(world.factory, handler, name="新名称工会")
    assert Todo.objects.get(kind="union-change.decide").union_id == world.shushan.pk


def test_approved_name_takes_effect_on_its_day_with_history(world, cast):
    change = ask(world.factory, cast["handler"], name="安徽华阳重工有限公司工会")
    changes.approve(change, by=cast["town"], document="井工〔2026〕8号")
    union = fresh(world.factory)
    assert union.name == "安徽华阳重工有限公司工会"
    versions = union.versions.unscoped("test").order_by("valid_from")
    assert [row.name for row in versions] == ["安徽华阳机械有限公司工会", union.name]
    assert versions.last().valid_from == DAY
    event = OrgEvent.objects.unscoped("test").filter(union=union).latest("pk")
    assert event.document == "井工〔2026〕8号"
    assert change.receipt in event.note
    assert not Todo.objects.filter(done_at=None).exists()
    told = Message.objects.get(template="union-change.decided")
    assert told.recipient_user_id == cast["handler"].user_id
    assert "已获同意" in told.title


def test_every_key_field_is_changed_on_approval(world, cast):
    uscc = synthetic_uscc(random.Random(5), "340104")
    change = ask(
        world.factory,
        cast["handler"],
        name="合仪联合工会",
        kind=UnionKind.JOINT,
        industry="35",
        uscc=uscc,
        chair="赵晓梅",
        parent=world.shushan,
    )
    assert change.decider == world.shushan
    changes.approve(change, by=cast["county"])
    union = fresh(world.factory)
    assert (union.name, union.kind, union.industry, union.uscc, union.parent_id) == (
        "合仪联合工会",
        "70",
        "35",
        uscc,
        world.shushan.pk,
    )
    assert profile_of(union).chair_name == "赵晓梅"
    assert profile_of(union).score > 0


def test_a_change_of_superior_is_decided_by_the_common_superior(world, cast):
    change = ask(world.factory, cast["handler"], parent=world.luyang)
    assert change.decider == world.hefei
    for actor in (cast["town"], cast["county"], cast["other"]):
        with pytest.raises(Forbidden):
            changes.approve(change, by=actor)
    changes.approve(change, by=cast["city"])
    assert fresh(world.factory).parent_id == world.luyang.pk
    line = fresh(change).comparison()[0]
    assert (line.old, line.new) == ("蜀山区井岗镇总工会", world.luyang.name)


@pytest.mark.parametrize("who", ["own", "other", "handler"])
def test_neither_the_union_itself_nor_others_decide(world, cast, who):
    change = ask(world.factory, cast["handler"], name="新名称工会")
    for decide in (
        lambda: changes.approve(change, by=cast[who]),
        lambda: changes.reject(change, by=cast[who], reason="不符合规定"),
        lambda: changes.send_back(change, by=cast[who], reason="材料不全"),
    ):
        with pytest.raises(Forbidden):
            decide()
    assert fresh(change).state == ChangeState.SUBMITTED
    assert fresh(world.factory).name == "安徽华阳机械有限公司工会"


def test_nobody_decides_on_their_own_request(world, cast):
    change = ask(world.factory, cast["both"], name="新名称工会")
    with pytest.raises(Refusal, match="自己提交") as refused:
        changes.approve(change, by=cast["both"])
    assert refused.value.code == "own_application"
    assert fresh(change).state == ChangeState.SUBMITTED
    changes.approve(change, by=cast["county"])


def test_returned_mended_and_approved(world, cast):
    change = ask(world.factory, cast["handler"], name="新名工会")
    changes.send_back(change, by=cast["town"], reason="请补充更名通知")
    assert Todo.objects.get(done_at=None).kind == "union-change.mend"
    with pytest.raises(Conflict):
        changes.approve(change, by=cast["town"])
    changes.mend(
        change,
        by=cast["handler"],
        effective_on=DAY,
        reason="补充材料",
        evidence=paper("更名通知.pdf"),
        name="新名称工会",
    )
    assert [file.name for file in evidence_of(change)] == ["批复.pdf", "更名通知.pdf"]
    assert Todo.objects.get(done_at=None).kind == "union-change.decide"
    changes.approve(change, by=cast["town"])
    assert fresh(world.factory).name == "新名称工会"


def test_rejected_and_withdrawn_change_nothing(world, cast):
    change = ask(world.factory, cast["handler"], name="新名称工会")
    changes.reject(change, by=cast["town"], reason="名称不规范")
    second = ask(world.factory, cast["handler"], name="新名称工会")
    with pytest.raises(Forbidden):
        changes.withdraw(second, by=cast["other"])
    changes.withdraw(second, by=cast["handler"])
    assert fresh(world.factory).name == "安徽华阳机械有限公司工会"
    assert not Todo.objects.filter(done_at=None).exists()
    with pytest.raises(Conflict, match="撤回"):
        changes.approve(second, by=cast["town"])


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ({}, "没有要变更的内容"),
        ({"name": "安徽华阳机械有限公司工会"}, "没有要变更的内容"),
        ({"name": "新名称工会", "evidence": None}, "证明材料"),
        ({"name": "新名称工会", "reason": "改"}, "理由"),
        ({"name": "新名称工会", "effective_on": date(2099, 1, 1)}, "不能晚于今天"),
        ({"name": "新名称工会", "effective_on": date(2015, 1, 1)}, "不能早于"),
        ({"industry": "Z99"}, "行业"),
        ({"kind": "99"}, "类型"),
        ({"uscc": "81340104MB0000000X"}, "校验码"),
        ({"name": "新", "evidence": paper("病毒.pdf", b"MZ\x90\x00")}, "PDF|内容|不接收|文件"),
    ],
)
def test_what_cannot_be_asked(world, cast, asked, part):
    with pytest.raises(Refusal, match=part):
        ask(world.factory, cast["handler"], **asked)
    assert UnionChange.objects.unscoped("test").count() == 0


def test_a_superior_below_oneself_or_a_grassroots_one_is_refused(world, cast):
    handler = world.actor("镇经办", (HANDLER, world.jinggang))
    with pytest.raises(Refusal, match="不能作为上级"):
        ask(world.jinggang, handler, parent=world.factory_b)


def test_the_province_has_nobody_to_ask(world):
    with pytest.raises(Refusal, match="没有上级"):
        ask(world.province, world.actor("省经办", (HANDLER, world.province)), name="新名称")


def test_one_open_request_a_union(world, cast):
    ask(world.factory, cast["handler"], name="新名称工会")
    with pytest.raises(Conflict, match="已有一份"):
        ask(world.factory, cast["handler"], chair="赵晓梅")


def test_a_request_that_no_longer_fits_is_not_carried_out(world, cast):
    from gonghui.kernel.org import tree

    change = ask(world.factory, cast["handler"], name="新名称工会")
    tree.rename(
        fresh(world.factory), "别的名称工会", on=DAY + timedelta(days=1), today=timezone.localdate()
    )
    with pytest.raises(Conflict, match="已有其他变更"):
        changes.approve(change, by=cast["town"])
    assert fresh(world.factory).name == "别的名称工会"
    assert fresh(change).state == ChangeState.SUBMITTED


@pytest.fixture
def client_of(world):
    def signed_in(*grants):
        client = Client()
        client.force_login(world.user("测试", *grants))
        return client

    return signed_in


def test_asking_and_deciding_by_page(world, client_of, as_application):
    world.user("镇审批", (APPROVER, world.jinggang))
    asker = client_of((HANDLER, world.factory))
    place = f"/w/unions/{world.factory.pk}/change/"
    form = asker.get(place).content.decode()
    assert "现为：安徽华阳机械有限公司工会" in form
    missing = asker.post(
        place, {"name": "新名称工会", "effective_on": "2026-07-01", "reason": "单位更名"}
    )
    assert missing.status_code == 422
    done = asker.post(
        place,
        {
            "name": "新名称工会",
            "effective_on": "2026-07-01",
            "reason": "单位更名",
            "evidence": paper(),
        },
    )
    assert done.status_code == 302
    change = UnionChange.objects.unscoped("test").get()
    own = asker.get(f"/w/union-changes/{change.pk}/").content.decode()
    assert "变更前后对照" in own
    assert "同意变更" not in own
    decider = client_of((APPROVER, world.jinggang))
    page = decider.get(f"/w/union-changes/{change.pk}/").content.decode()
    assert "同意变更" in page
    file = evidence_of(change)[0]
    assert decider.get(f"/files/{file.key}/").status_code == 200
    assert (
        decider.post(f"/w/union-changes/{change.pk}/approve/", {"document": "x"}).status_code == 302
    )
    assert fresh(world.factory).name == "新名称工会"


def test_another_county_gets_403_everywhere(world, cast, client_of):
    change = ask(world.factory, cast["handler"], name="新名称工会")
    file = evidence_of(change)[0]
    client = client_of((APPROVER, world.luyang), (HANDLER, world.luyang), (VIEWER, world.luyang))
    for page in ("", "approve/", "reject/", "return/", "withdraw/", "mend/"):
        assert client.get(f"/w/union-changes/{change.pk}/{page}").status_code == 403
        if page:
            posted = client.post(f"/w/union-changes/{change.pk}/{page}", {"reason": "不同意办理"})
            assert posted.status_code == 403
            called = client.post(
                f"/api/v1/union-changes/{change.pk}/{page}",
                {"reason": "不同意办理"},
                content_type="application/json",
            )
            assert called.status_code == 403
    assert client.get(f"/api/v1/union-changes/{change.pk}/").status_code == 403
    assert client.get(f"/files/{file.key}/").status_code == 403
    assert client.get("/api/v1/union-changes/").json()["items"] == []
    assert fresh(change).state == ChangeState.SUBMITTED


def test_api_of_the_union_itself_cannot_approve(world, cast, client_of):
    change = ask(world.factory, cast["handler"], name="新名称工会")
    client = client_of((APPROVER, world.factory))
    answer = client.post(
        f"/api/v1/union-changes/{change.pk}/approve/", {}, content_type="application/json"
    )
    assert answer.status_code == 403
    assert fresh(change).state == ChangeState.SUBMITTED


@pytest.mark.django_db(transaction=True)
def test_two_deciding_at_once_one_wins_and_the_other_is_told_who():
    with transaction.atomic():
        world = world_module.build()
        handler = world.actor("经办", (HANDLER, world.factory))
        first = world.actor("甲审批", (APPROVER, world.jinggang))
        second = world.actor("乙审批", (APPROVER, world.jinggang))
        change = ask(world.factory, handler, name="新名称工会")
    both = threading.Barrier(2)
    outcomes: list[str] = []

    def decide(actor, verb):
        try:
            both.wait(10)
            with transaction.atomic():
                raise_wall(Scope.everything())
                verb(actor)
            outcomes.append("done")
        except Conflict as conflict:
            outcomes.append(conflict.message)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=decide, args=(first, lambda by: changes.approve(change, by=by))),
        threading.Thread(
            target=decide,
            args=(second, lambda by: changes.reject(change, by=by, reason="名称不规范")),
        ),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert outcomes.count("done") == 1
    told = next(text for text in outcomes if text != "done")
    assert "审批" in told
    assert "办理" in told
