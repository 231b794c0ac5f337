"""`gonghui check` names stored values that no longer fit."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command

from gonghui.kernel.config.models import Value


@pytest.mark.django_db
def test_values_are_checked(declare):
    setting = declare(minimum=1)
    out = io.StringIO()
    Value.objects.create(setting=setting.code, value=3)
    call_command("check_settings", stdout=out)
    assert "1 个配置取值，0 个有问题" in out.getvalue()
    Value.objects.create(setting=setting.code, union_id=7, value=0)
    Value.objects.create(setting="gone.setting", value=3)
    with pytest.raises(SystemExit):
        call_command("check_settings", stdout=out)
    assert "不能小于 1" in out.getvalue()
    assert "（工会 7）" in out.getvalue()
    assert "gone.setting" in out.getvalue()
