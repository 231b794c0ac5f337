"""Addresses of the pages beside the generated ones."""

from django.urls import path

from gonghui.systems.mobilization.founding.views import hall, printing

urlpatterns = [
    path("hall/founding/", hall.mine, name="hall-founding"),
    path("hall/founding/apply/", hall.apply, name="hall-founding-apply"),
    path("preparations/<int:pk>/print/reply/", printing.preparation, name="preparation-print"),
    path("elections/<int:pk>/paper/<int:ballot>/", printing.paper, name="election-paper"),
    path("elections/<int:pk>/print/<slug:what>/", printing.printed, name="election-print"),
]
