"""The composition root as a Django app: its commands, templates and pages."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """Named after its folder; it has no tables."""

    name = "gonghui.site"
    verbose_name = "平台"

    def ready(self) -> None:
        from gonghui.kernel.ui.shell import register_menu
        from gonghui.site import architecture, auditing, streams  # noqa: F401

        register_menu(auditing.menu)
        architecture.register()
