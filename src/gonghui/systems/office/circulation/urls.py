"""Addresses of B5.0 beside its generated pages."""

from django.urls import path

from gonghui.systems.office.circulation import views

urlpatterns = [
    path("circulation/statistics/", views.statistics, name="circulation-statistics"),
    path("circulation/templates/", views.templates, name="circulation-templates"),
    path("circulation/outgoing/<int:pk>/paper/", views.paper, name="circulation-paper"),
    path("circulation/outgoing/<int:pk>/docx/", views.docx, name="circulation-docx"),
    path("circulation/outgoing/<int:pk>/trace/", views.trace, name="circulation-trace"),
    path("circulation/outgoing/<int:pk>/sheet/", views.sheet, name="circulation-sheet"),
    path("circulation/outgoing/<int:pk>/receipts/", views.receipts, name="circulation-receipts"),
    path("circulation/outgoing/<int:pk>/progress/", views.progress, name="circulation-progress"),
    path("circulation/deliveries/<int:pk>/", views.read, name="circulation-read"),
]
