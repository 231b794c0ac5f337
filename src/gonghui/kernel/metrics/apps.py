from django.apps import AppConfig


class MetricsConfig(AppConfig):
    name = "gonghui.kernel.metrics"
    label = "metrics"
    verbose_name = "指标"

    def ready(self) -> None:
        from gonghui.kernel.metrics import members  # noqa: F401
