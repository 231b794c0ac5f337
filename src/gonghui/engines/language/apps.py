"""Language (语言引擎)."""

from django.apps import AppConfig


class LanguageConfig(AppConfig):
    name = "gonghui.engines.language"
    label = "language"
    verbose_name = "语言引擎"

    def ready(self) -> None:
        from gonghui.engines.language import jobs  # noqa: F401
        from gonghui.engines.language.actions import danger  # noqa: F401
        from gonghui.engines.language.queries import offered
        from gonghui.kernel.notify import replies, variants
        from gonghui.kernel.search import texts

        replies.register_watch("language", offered.alarm)
        variants.register("language", offered.variants)
        texts.register_classifier("language", offered.subjects)
