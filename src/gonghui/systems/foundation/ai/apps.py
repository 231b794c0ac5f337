"""D03 人工智能引擎."""

from django.apps import AppConfig


class AiConfig(AppConfig):
    name = "gonghui.systems.foundation.ai"
    label = "ai"
    verbose_name = "人工智能引擎"

    def ready(self) -> None:
        from gonghui.engines.language.queries import passages
        from gonghui.kernel.notify.kinds import register_kind
        from gonghui.kernel.search import texts
        from gonghui.systems.foundation.ai import jobs  # noqa: F401
        from gonghui.systems.foundation.ai.queries import knowledge

        register_kind("ai.alert", "网络信息预警")
        passages.register("casework", knowledge.passages)
        texts.register_answerer("language", "知识库条目", knowledge.approved)
