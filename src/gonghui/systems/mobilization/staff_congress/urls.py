"""Addresses of the service hall's pages; the lists and records are generated."""

from django.urls import path

from gonghui.systems.mobilization.staff_congress import views

urlpatterns = [
    path("hall/staff/", views.home, name="hall-staff"),
    path("hall/staff/publicity/<int:pk>/", views.publicity, name="hall-staff-publicity"),
    path("hall/staff/propose/", views.propose, name="hall-staff-propose"),
    path("hall/staff/proposals/<int:pk>/", views.proposal, name="hall-staff-proposal"),
    path("hall/staff/proposals/<int:pk>/<slug:verb>/", views.follow, name="hall-staff-follow"),
]
