"""`gonghui check` compares the kept counts, also as the role row-level security binds."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command

from gonghui.kernel.metrics.models import MemberCount
from gonghui.kernel.org.scoping import Scope, raise_wall


def said(code: int = 0) -> str:
    out = io.StringIO()
    if code:
        with pytest.raises(SystemExit) as leaving:
            call_command("check_counts", stdout=out)
        assert leaving.value.code == code
    else:
        call_command("check_counts", stdout=out)
    return out.getvalue()


def test_kept_counts_are_compared(world, as_application):
    world.member(world.factory)
    raise_wall(Scope.of([world.mill.path]))
    assert "一致" in said()
    MemberCount.objects.filter(union_id=world.factory.pk).update(status={"active": 7})
    assert f"1 个工会的会员统计不一致：工会 {world.factory.pk}" in said(1)
