"""Business events (业务消息)."""

from django.apps import AppConfig


class BusConfig(AppConfig):
    name = "gonghui.kernel.bus"
    verbose_name = "业务消息"
