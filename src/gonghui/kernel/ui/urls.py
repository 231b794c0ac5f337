"""Addresses of the interface itself."""

from __future__ import annotations

from django.urls import path

from gonghui.kernel.ui import views

app_name = "ui"
urlpatterns = [
    path("gallery/", views.gallery, name="gallery"),
    path("gallery/draft/", views.draft, name="gallery-draft"),
    path("gallery/upload/", views.upload, name="gallery-upload"),
    path("gallery/<slug:page>/", views.gallery, name="gallery-page"),
]
