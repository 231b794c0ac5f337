"""C4.3 法规和咨询: the law library, consultation, typical cases, legislation, calculators."""

from django.apps import AppConfig


class LawConfig(AppConfig):
    name = "gonghui.systems.rights.law"
    label = "law"
    verbose_name = "法律服务"

    def ready(self) -> None:
        from gonghui.engines.language.queries import passages
        from gonghui.systems.rights.law.queries import texts

        passages.register("law", texts.passages)
