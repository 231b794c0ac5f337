"""Messages and to-dos (消息与待办)."""

from django.apps import AppConfig


class NotifyConfig(AppConfig):
    name = "gonghui.kernel.notify"
    verbose_name = "消息与待办"
