"""Addresses of the engine's own pages."""

from django.urls import path

from gonghui.engines.casework.views import articles, cases, desk, quality, threads

app_name = "casework"
urlpatterns = [
    path("casework/", desk.desk, name="desk"),
    path("casework/statistics/", desk.statistics_page, name="statistics"),
    path("casework/open/<str:number>/", cases.open_case, name="open"),
    path("casework/quality/", quality.quality, name="quality"),
    path("casework/quality/<int:pk>/", quality.sample, name="sample"),
    path("casework/quality/checks/<int:pk>/", quality.check, name="check"),
    path("casework/alike/<slug:code>/", desk.alike, name="alike"),
    path("casework/register/<slug:code>/", desk.register, name="register"),
    path("casework/submit/<slug:code>/", desk.submit, name="submit"),
    path("casework/track/", threads.track, name="track"),
    path("casework/track/thread/", threads.tracked, name="tracked"),
    path("casework/mine/<str:number>/", threads.thread_page, name="thread"),
    path("casework/parts/<int:pk>/", cases.part_page, name="part"),
    path("casework/cases/<str:number>/", cases.case_page, name="case"),
    path("casework/cases/<str:number>/do/<slug:verb>/", cases.do, name="do"),
    path("casework/cases/<str:number>/reveal/", cases.reveal, name="reveal"),
    path("casework/cases/<str:number>/join/", cases.join, name="join"),
    path("casework/articles/", articles.listing, name="articles"),
    path("casework/articles/new/", articles.create, name="article-new"),
    path("casework/articles/<int:pk>/", articles.article, name="article"),
    path("casework/articles/<int:pk>/<slug:verb>/", articles.do, name="article-do"),
]
