"""C1.1 职代会: staff congresses (职工代表大会)."""

from django.apps import AppConfig


class StaffCongressConfig(AppConfig):
    name = "gonghui.systems.mobilization.staff_congress"
    label = "staff_congress"
    verbose_name = "职工代表大会"
