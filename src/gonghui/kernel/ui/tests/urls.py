"""Addresses of the tests: the interface alone."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [path("ui/", include("gonghui.kernel.ui.urls"))]
