"""Approvals by BPMN 2.0 diagrams (流程)."""

from django.apps import AppConfig


class ProcessConfig(AppConfig):
    name = "gonghui.kernel.process"
    label = "process"
    verbose_name = "流程"

    def ready(self) -> None:
        from gonghui.kernel.process import jobs  # noqa: F401
