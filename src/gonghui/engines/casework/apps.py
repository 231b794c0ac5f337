"""Casework (业务办理引擎)."""

from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "gonghui.engines.casework"
    label = "casework"
    verbose_name = "业务办理"

    def ready(self) -> None:
        from gonghui.engines.casework import jobs  # noqa: F401
