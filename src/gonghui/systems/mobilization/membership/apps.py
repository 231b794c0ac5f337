from django.apps import AppConfig


class MembershipConfig(AppConfig):
    name = "gonghui.systems.mobilization.membership"
    label = "membership"
    verbose_name = "基层组织和会员"
