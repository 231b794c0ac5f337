from django.apps import AppConfig


class MembershipConfig(AppConfig):
    name = "gonghui.systems.mobilization.membership"
    label = "membership"
    verbose_name = "基层组织和会员"

    def ready(self) -> None:
        from gonghui.systems.mobilization.membership.jobs import (  # noqa: F401
            joining,
            merging,
            organisers,
            terms,
            transfers,
        )
