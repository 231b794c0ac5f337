"""Values carried as a file or from union to union; bad rows come back marked."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from gonghui.kernel.access.roles import SYSTEM_ADMIN
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.config import writing
from gonghui.kernel.config.memory import UNSET
from gonghui.systems.foundation.config.actions import transferring
from gonghui.systems.foundation.config.actions.changes import Wanted, propose
from gonghui.systems.foundation.config.models import Change, State

WHY = "测试需要"


def put(union, setting, value, by):
    return propose(union, by=by, wanted=Wanted(setting, value), reason=WHY)


def own(setting, union):
    return writing.stored(setting.code, union.pk)


def rows_of(*rows):
    return [dict(zip(("union", "setting", "value"), row, strict=True)) for row in rows]


@pytest.mark.django_db
def test_an_export_holds_own_values_below_and_no_secret(world, known, cast):
    put(world.hefei, known.limit, 20, cast.hefei)
    put(world.hefei, known.secret, "Mima-9f3a", cast.hefei)
    put(world.shushan, known.switch, False, cast.shushan)
    put(world.wuhu, known.limit, 30, cast.wuhu)
    body = transferring.exported(world.hefei, cast.hefei, timezone.now())
    assert body["settings"] == rows_of(
        ("合肥市总工会", "sample.limit", 20), ("合肥市蜀山区总工会", "sample.switch", False)
    )
    assert "Mima" not in json.dumps(body)
    client = Client()
    client.force_login(world.user("合管", (SYSTEM_ADMIN, world.hefei)))
    answer = client.post(f"/config/export/?union={world.hefei.pk}")
    assert json.loads(answer.content)["settings"] == body["settings"]
    assert Entry.objects.filter(action="settings.export").count() == 1


@pytest.mark.django_db
def test_each_row_of_a_file_is_judged(world, known, cast):
    put(world.hefei, known.limit, 20, cast.hefei)
    rows = transferring.read_file(
        rows_of(
            ("合肥市总工会", "sample.limit", 20),
            ("合肥市蜀山区总工会", "sample.limit", 30),
            ("合肥市总工会", "sample.switch", "是"),
            ("合肥市总工会", "sample.only", 6),
            ("合肥市总工会", "sample.secret", "x"),
            ("合肥市总工会", "no.such", 1),
            ("芜湖市总工会", "sample.limit", 30),
            ("合肥市蜀山区总工会", "sample.limit", 31),
            ("合肥市总工会", "sample.danger", 7),
        ),
        cast.hefei,
    )
    assert [row.kind for row in rows] == [
        *("same", "new", "bad", "bad", "bad", "bad", "bad", "bad", "new")
    ]
    faults = [row.fault for row in rows]
    assert "应为是或否" in faults[2]
    assert "不能在“合肥市总工会”设置" in faults[3]
    assert "密文" in faults[4]
    assert "没有代码为 no.such" in faults[5]
    assert "没有找到工会“芜湖市总工会”" in faults[6]
    assert "重复" in faults[7]
    outcome = transferring.take_over(rows, by=cast.hefei, reason=WHY)
    assert (outcome.done, outcome.waiting, len(outcome.refused)) == (1, 1, 6)
    assert own(known.limit, world.shushan) == 30
    assert own(known.danger, world.hefei) is UNSET
    marked = transferring.returned(outcome.refused)["settings"]
    assert all(row["error"] for row in marked)
    # What comes back can be mended and sent again as it is.
    assert transferring.parsed(json.dumps(transferring.returned(outcome.refused)))


@pytest.mark.django_db
def test_one_refused_row_does_not_stop_the_others(world, known, cast):
    rows = transferring.read_file(
        rows_of(("合肥市总工会", "sample.limit", 20), ("合肥市总工会", "sample.switch", False)),
        cast.hefei,
    )
    put(world.hefei, known.limit, 9, cast.hefei)
    outcome = transferring.take_over(rows, by=cast.hefei, reason=WHY)
    assert outcome.done == 1
    assert "已把“样例limit”改为9 次" in outcome.refused[0].fault
    assert own(known.limit, world.hefei) == 9
    assert own(known.switch, world.hefei) is False


ANY = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["format", "settings", "union", "setting"]), inner),
    ),
    max_leaves=8,
)


@given(body=ANY)
def test_no_file_breaks_the_reader(body):
    try:
        assert transferring.parsed(json.dumps(body)) == body["settings"]
    except Refusal as refusal:
        assert refusal.message


@pytest.mark.parametrize(
    "text", ["", "{", "null", "[1]", '{"format": "gonghui-settings"}', "x" * 600_000]
)
def test_what_is_no_export_is_refused(text):
    with pytest.raises(Refusal):
        transferring.parsed(text)


@pytest.mark.django_db
def test_a_file_is_previewed_confirmed_and_its_bad_rows_returned(world, known):
    client = Client()
    client.force_login(world.user("合管", (SYSTEM_ADMIN, world.hefei)))
    body = {
        "format": "gonghui-settings",
        "settings": rows_of(
            ("合肥市总工会", "sample.limit", 20), ("合肥市总工会", "sample.limit2", 20)
        ),
    }
    text = json.dumps(body, ensure_ascii=False)
    upload = SimpleUploadedFile("a.json", text.encode())
    shown = client.post("/config/import/", {"file": upload})
    assert shown.status_code == 200
    assert "将改变" in shown.content.decode()
    assert "没有代码为 sample.limit2" in shown.content.decode()
    assert not Change.objects.unscoped("test").exists()
    short = client.post("/config/import/", {"content": text, "do": "apply", "reason": "短"})
    assert short.status_code == 422
    bad = client.post("/config/import/", {"content": text, "do": "bad"})
    assert json.loads(bad.content)["settings"][0]["error"]
    done = client.post("/config/import/", {"content": text, "do": "apply", "reason": WHY})
    assert "部分生效" in done.content.decode()
    assert own(known.limit, world.hefei) == 20
    wrong = client.post("/config/import/", {"file": SimpleUploadedFile("a.json", b"\xff\x00{")})
    assert wrong.status_code == 422
    assert "不是平台导出的配置文件" in wrong.content.decode()


@pytest.mark.django_db
def test_one_union_takes_over_from_another(world, known, cast):
    put(world.wuhu, known.limit, 20, cast.wuhu)
    put(world.wuhu, known.secret, "Mima-9f3a", cast.wuhu)
    client = Client()
    client.force_login(world.user("省管", (SYSTEM_ADMIN, world.province)))
    given = {"source": world.wuhu.pk, "target": world.hefei.pk}
    shown = client.get("/config/clone/", given).content.decode()
    assert "样例limit" in shown
    assert "样例secret" not in shown
    answer = client.post("/config/clone/", {**given, "do": "apply", "reason": WHY})
    assert answer.status_code == 302
    assert own(known.limit, world.hefei) == 20
    assert own(known.secret, world.hefei) is UNSET
    change = Change.objects.unscoped("test").get(union=world.hefei)
    assert (change.origin, change.state) == ("clone", State.APPLIED)
    assert (
        "没有可以带入的取值"
        in client.get(
            "/config/clone/", {"source": world.jinghu.pk, "target": world.hefei.pk}
        ).content.decode()
    )


@pytest.mark.django_db
def test_secrets_are_sealed_anew_under_a_new_key(world, known, cast, tmp_path):
    """`gonghui manage keys reseal` finds the columns by their declaration."""
    from gonghui.kernel.base.sealing import Keyring, use_keyring
    from gonghui.kernel.people import rotation

    Keyring.generate(tmp_path)
    before = use_keyring(Keyring.load(tmp_path))
    try:
        put(world.hefei, known.secret, "Mima-9f3a", cast.hefei)
        Keyring.add_key(tmp_path, "seal")
        use_keyring(Keyring.load(tmp_path))
        done = rotation.reseal()
        assert done["config_value.sealed"] == 1
        assert done["configuration_change.sealed"] == 1
        assert done["configuration_applied.after_sealed"] == 1
        found = own(known.secret, world.hefei)
        assert found.blob[0] == 2
        assert found.open() == "Mima-9f3a"
    finally:
        use_keyring(before)
