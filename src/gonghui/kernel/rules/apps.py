"""Expressions and decision tables (规则引擎)."""

from django.apps import AppConfig


class RulesConfig(AppConfig):
    name = "gonghui.kernel.rules"
    label = "rules"
    verbose_name = "规则"

    def ready(self) -> None:
        from gonghui.kernel.rules import tables, versions

        tables.use(versions.in_force)
