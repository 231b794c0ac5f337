import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from gonghui.kernel import codes
from gonghui.kernel.codes.memory import MEMORY, shipped_periods
from gonghui.kernel.codes.models import Code, CodeTable, Revision, RuleParameter
from gonghui.kernel.codes.registry import shipped
from gonghui.kernel.codes.writing import Loaded, load


@pytest.fixture
def memory():
    yield MEMORY
    MEMORY.forget()


@pytest.mark.django_db
def test_loads_everything_once():
    first = load()
    entries = sum(len(table.entries) for table in shipped().values())
    periods = sum(map(len, shipped_periods().values()))
    assert first == Loaded(added=entries + periods + len(shipped()))
    assert Code.objects.count() == entries
    assert RuleParameter.objects.count() == periods
    token = Revision.objects.get().token
    assert load() == Loaded()
    assert Revision.objects.get().token == token


@pytest.mark.django_db
def test_repairs_shipped_rows_and_leaves_edited_ones():
    load()
    Code.objects.filter(table_id="sex", code="1").update(name="坏")
    Code.objects.filter(table_id="household", code="90").update(name="其他情形", edited=True)
    Code.objects.create(table_id="household", code="91", name="新增", edited=True)
    Code.objects.create(table_id="household", code="92", name="多余")
    Code.objects.filter(table_id="political", code="13").delete()
    CodeTable.objects.filter(id="sex").update(title="坏")
    assert load() == Loaded(added=1, changed=2, removed=1)
    assert Code.objects.get(table_id="sex", code="1").name == "男性"
    assert Code.objects.get(table_id="household", code="90").name == "其他情形"
    assert Code.objects.filter(table_id="household", code="91").exists()


@pytest.mark.django_db
def test_changed_parameters_are_left_alone():
    load()
    RuleParameter.objects.filter(key="membership.min_age").update(value=18, recorded_by_id=7)
    RuleParameter.objects.filter(key="membership.merge_undo_days").update(value=1)
    assert load() == Loaded(added=1, removed=1)
    assert RuleParameter.objects.get(key="membership.min_age").value == 18
    assert RuleParameter.objects.get(key="membership.merge_undo_days").value == 30


@pytest.mark.django_db
def test_command_reports_in_chinese(capsys):
    call_command("load_codes")
    assert "已载入" in capsys.readouterr().out


@pytest.mark.django_db
def test_a_code_stands_once_for_each_start():
    load()
    with pytest.raises(IntegrityError), transaction.atomic():
        Code.objects.create(table_id="sex", code="1", name="男")


@pytest.mark.django_db(transaction=True)
def test_provisional_tables_follow_the_database_and_national_ones_the_files(memory):
    load()
    for table, code in (("household", "90"), ("sex", "1")):
        Code.objects.filter(table_id=table, code=code).update(name="改名", edited=True)
    Revision.objects.update(token="another")
    MEMORY.refresh()
    assert codes.name("household", "90") == "改名"
    assert codes.resolve("household", "改名") == "90"
    assert codes.resolve("household", "本地城镇") == "10"
    assert codes.name("sex", "1") == "男性"


def test_lookups_need_no_database():
    assert codes.name("household", "90") == "其他"
    assert codes.resolve("union_type", "单独") == "51"
