"""Documents, certificates and forms as PDF and DOCX (公文、证书、表单)."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "gonghui.kernel.documents"
    label = "documents"
    verbose_name = "文档"

    def ready(self) -> None:
        from gonghui.kernel.documents import checks  # noqa: F401
        from gonghui.kernel.documents.arrivals import inspect
        from gonghui.kernel.files.inspecting import register_inspector
        from gonghui.kernel.files.types import PDF

        register_inspector(PDF, inspect)
