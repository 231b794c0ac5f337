"""B5.0 工会协同办公平台 (公文流转)."""

from django.apps import AppConfig


class CirculationConfig(AppConfig):
    name = "gonghui.systems.office.circulation"
    label = "circulation"
    verbose_name = "公文流转"
