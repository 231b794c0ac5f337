"""Messages and to-dos (消息与待办)."""

from django.apps import AppConfig


class NotifyConfig(AppConfig):
    name = "gonghui.kernel.notify"
    verbose_name = "消息与待办"

    def ready(self) -> None:
        from gonghui.kernel.identity import texting
        from gonghui.kernel.notify import guarding, sms  # noqa: F401

        texting.use(sms.queue, sms.ready)
