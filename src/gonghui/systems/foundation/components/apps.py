"""D02 IT基础组件."""

from django.apps import AppConfig


class ComponentsConfig(AppConfig):
    name = "gonghui.systems.foundation.components"
    label = "components"
    verbose_name = "基础组件"
