"""Language (语言引擎)."""

from django.apps import AppConfig


class LanguageConfig(AppConfig):
    name = "gonghui.engines.language"
    label = "language"
    verbose_name = "语言引擎"

    def ready(self) -> None:
        from gonghui.engines.language import jobs  # noqa: F401
        from gonghui.kernel.notify.kinds import register_kind

        register_kind("language.crisis", "危机来文")
