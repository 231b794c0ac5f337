"""Addresses of the public check page."""

from django.urls import path

from gonghui.kernel.documents import views

urlpatterns = [
    path("check/", views.enter, name="check"),
    path("check/<str:code>/", views.check, name="check-code"),
]
