"""Addresses of aid, mediation and supervision beside their generated pages."""

from django.urls import path

from gonghui.systems.rights.legal_aid.views import figures, pages, papers

urlpatterns = [
    path("legal-aid/", pages.home, name="legal-aid-home"),
    path("legal-aid/ask/<slug:what>/", pages.ask, name="legal-aid-ask"),
    path("legal-aid/mine/<str:number>/", pages.mine, name="legal-aid-mine"),
    path("legal-aid/mine/<str:number>/supply/", pages.supply, name="legal-aid-supply"),
    path("legal-aid/mine/<str:number>/print/", papers.own, name="legal-aid-mine-print"),
    path("legal-aid/counter/", pages.counter, name="legal-aid-counter"),
    path("legal-aid/register/<slug:what>/", pages.register, name="legal-aid-register"),
    path("legal-aid/work/", pages.work_list, name="legal-aid-work-list"),
    path("legal-aid/work/<int:pk>/", pages.work, name="legal-aid-work"),
    path("legal-aid/work/<int:pk>/client/", pages.client, name="legal-aid-client"),
    path("legal-aid/work/<int:pk>/<slug:verb>/", pages.work, name="legal-aid-work-step"),
    path("legal-aid/statistics/", figures.statistics, name="legal-aid-statistics"),
    path("legal-aid/<int:pk>/paper/<slug:paper>/", papers.aid, name="legal-aid-paper"),
    path(
        "legal-aid/mediation/<int:pk>/paper/<slug:paper>/",
        papers.mediation,
        name="legal-aid-mediation-paper",
    ),
    path("legal-aid/watch/<int:pk>/letter/<int:letter>/", papers.watch, name="legal-aid-letter"),
    path("legal-aid/payouts/<int:pk>/", papers.payout, name="legal-aid-payout"),
]
