"""Addresses of files, included at the root of the platform."""

from django.urls import path

from gonghui.kernel.files import views

app_name = "files"
urlpatterns = [
    path("files/<uuid:key>/", views.download, name="download"),
    path("files/<uuid:key>/thumbnail/", views.thumbnail, name="thumbnail"),
    path("api/v1/uploads/", views.begin_upload, name="begin"),
    path("api/v1/uploads/<uuid:key>/", views.continue_upload, name="continue"),
    path("api/v1/uploads/<uuid:key>/finish/", views.finish_upload, name="finish"),
]
