"""B3.1.3 12351短信系统."""

from django.apps import AppConfig


class ShortMessagesConfig(AppConfig):
    name = "gonghui.systems.media.short_messages"
    label = "short_messages"
    verbose_name = "12351短信"

    def ready(self) -> None:
        from gonghui.kernel.notify import sms
        from gonghui.systems.media.short_messages.actions import providing

        sms.register(providing.PROVIDER)
