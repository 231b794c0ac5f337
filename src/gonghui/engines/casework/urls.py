"""Addresses of the engine's own pages."""

from django.urls import path

from gonghui.engines.casework import views

app_name = "casework"
urlpatterns = [
    path("casework/", views.desk, name="desk"),
    path("casework/statistics/", views.statistics_page, name="statistics"),
    path("casework/track/", views.track, name="track"),
    path("casework/parts/<int:pk>/", views.part_page, name="part"),
    path("casework/cases/<str:number>/", views.case_page, name="case"),
    path("casework/mine/<str:number>/", views.thread_page, name="thread"),
]
