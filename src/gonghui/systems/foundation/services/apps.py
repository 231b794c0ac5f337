from django.apps import AppConfig


class ServicesConfig(AppConfig):
    name = "gonghui.systems.foundation.services"
    label = "services"
    verbose_name = "系统服务管理"
