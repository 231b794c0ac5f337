"""Addresses of the service hall's pages; the lists and records are generated."""

from django.urls import path

from gonghui.systems.mobilization.staff_congress.views import hall, printing

urlpatterns = [
    path("hall/staff/", hall.home, name="hall-staff"),
    path("hall/staff/publicity/<int:pk>/", hall.publicity, name="hall-staff-publicity"),
    path("hall/staff/propose/", hall.propose, name="hall-staff-propose"),
    path("hall/staff/proposals/<int:pk>/", hall.proposal, name="hall-staff-proposal"),
    path("hall/staff/proposals/<int:pk>/<slug:verb>/", hall.follow, name="hall-staff-follow"),
    path("staff-sessions/<int:pk>/print/minutes/", printing.minutes, name="session-minutes"),
    path(
        "staff-sessions/<int:pk>/print/resolution/<int:item>/",
        printing.resolution,
        name="session-resolution",
    ),
]
