from django.apps import AppConfig


class MetricsConfig(AppConfig):
    name = "gonghui.kernel.metrics"
    label = "metrics"
    verbose_name = "指标"
