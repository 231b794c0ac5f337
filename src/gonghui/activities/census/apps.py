from django.apps import AppConfig


class CensusConfig(AppConfig):
    name = "gonghui.activities.census"
    label = "census"
    verbose_name = "实名制数据普查"
