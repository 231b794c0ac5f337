from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "gonghui.kernel.config"
    label = "config"
    verbose_name = "配置"
