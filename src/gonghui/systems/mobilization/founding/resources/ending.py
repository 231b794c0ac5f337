"""The statement of property (财产说明), asked for wherever a union is merged or closed."""

from __future__ import annotations

from copy import deepcopy

from django import forms

from gonghui.kernel.org.ending import Demand, Ending, register
from gonghui.kernel.resource.forms import ActionForm
from gonghui.systems.mobilization.founding.actions.matters import state_property
from gonghui.systems.mobilization.founding.rules.matters import PROPERTY_RULE

PROPERTY_TITLE = "财产说明"
MONEY = {"min_value": 0, "max_digits": 14, "decimal_places": 2}


class PropertyForm(ActionForm):
    """What the union owns and owes, and who examined it."""

    property_cash = forms.DecimalField(label="货币资金（元）", **MONEY)
    property_assets = forms.DecimalField(label="实物资产（元）", **MONEY)
    property_debts = forms.DecimalField(label="负债（元）", **MONEY)
    property_audit = forms.CharField(label="经费审查或审计意见", max_length=200)


def _fields() -> dict[str, forms.Field]:
    return deepcopy(PropertyForm.base_fields)


def _keep(ending: Ending) -> None:
    state_property(ending.union, by=ending.by, ending=ending)


DEMAND = register(Demand("founding.property", PROPERTY_TITLE, PROPERTY_RULE, _fields, _keep))
