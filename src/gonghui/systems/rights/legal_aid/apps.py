"""C4.3 职工法律服务系统: aid, mediation, supervision and their registers."""

from django.apps import AppConfig


class LegalAidConfig(AppConfig):
    name = "gonghui.systems.rights.legal_aid"
    label = "legal_aid"
    verbose_name = "法律援助、调解和监督"
