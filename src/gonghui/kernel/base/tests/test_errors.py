"""Refusals as forms show them."""

from django.core.exceptions import ValidationError

from gonghui.kernel.base.errors import Refusal


def test_a_percentage_survives_an_error_of_a_form():
    refusal = Refusal("差额率不低于 5%，候选人不足。", rule="选举办法", remedy="请增加候选人。")
    error = ValidationError(refusal.format, params={"rule": refusal.rule})
    assert error.messages == [refusal.message]
