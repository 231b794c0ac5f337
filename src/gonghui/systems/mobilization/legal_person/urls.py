"""Addresses of C1.2 beside its generated pages."""

from django.urls import path

from gonghui.systems.mobilization.legal_person.views import notices, pages, papers

urlpatterns = [
    path("legal/<int:pk>/paper/<slug:kind>/", papers.paper, name="legal-paper"),
    path("legal/certificates/<int:pk>/print/", papers.certificate, name="legal-certificate-print"),
    path("legal/statistics/", pages.statistics, name="legal-statistics"),
    path("legal/renewals/", pages.renewals, name="legal-renewals"),
    path("hooks/legal-codes/<str:key>/", notices.told, name="legal-code-told"),
    path("legal/check/", pages.check, name="legal-check"),
]
