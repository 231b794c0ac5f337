"""C1.2 工会法人资格登记管理系统."""

from django.apps import AppConfig


class LegalPersonConfig(AppConfig):
    name = "gonghui.systems.mobilization.legal_person"
    label = "legal_person"
    verbose_name = "工会法人资格登记"
