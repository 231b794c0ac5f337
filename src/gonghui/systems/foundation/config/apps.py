from django.apps import AppConfig


class ConfigurationConfig(AppConfig):
    name = "gonghui.systems.foundation.config"
    label = "configuration"
    verbose_name = "配置管理"
