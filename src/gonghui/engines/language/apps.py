"""Language (语言引擎)."""

from django.apps import AppConfig


class LanguageConfig(AppConfig):
    name = "gonghui.engines.language"
    label = "language"
    verbose_name = "语言引擎"

    def ready(self) -> None:
        from gonghui.engines.language import jobs  # noqa: F401
        from gonghui.engines.language.queries import offered
        from gonghui.kernel.notify import replies
        from gonghui.kernel.notify.kinds import register_kind
        from gonghui.kernel.search import texts

        register_kind("language.crisis", "危机来文")
        replies.register_watch("language", offered.alarm)
        texts.register_classifier("language", offered.subjects)
