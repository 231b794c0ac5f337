from django.apps import AppConfig


class OrgConfig(AppConfig):
    name = "gonghui.kernel.org"
    label = "org"
    verbose_name = "工会组织"
