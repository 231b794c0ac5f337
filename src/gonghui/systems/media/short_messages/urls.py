"""Addresses of B3.1.3 beside its generated pages."""

from django.urls import path

from gonghui.systems.media.short_messages import views

urlpatterns = [
    path("short-messages/", views.desk, name="short-desk"),
    path("short-messages/count/", views.count, name="short-count"),
    path("short-messages/audience/", views.audience, name="short-audience"),
    path("short-messages/statistics/", views.statistics, name="short-statistics"),
]
