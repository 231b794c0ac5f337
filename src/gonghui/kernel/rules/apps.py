"""Expressions and decision tables (规则引擎)."""

from django.apps import AppConfig


class RulesConfig(AppConfig):
    name = "gonghui.kernel.rules"
    label = "rules"
    verbose_name = "规则"
