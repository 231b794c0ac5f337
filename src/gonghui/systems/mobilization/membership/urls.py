"""Addresses of the system's own pages; the lists and records are generated."""

from django.urls import path

from gonghui.systems.mobilization.membership.views import (
    joining,
    joining_desk,
    organisers,
    restructure,
    terms,
    tree,
)

urlpatterns = [
    path("join/", joining.start, name="join"),
    path("join/apply/<slug:name>/", joining.step, name="join-step"),
    path("join/draft/<slug:name>/", joining.keep_draft, name="join-draft"),
    path("join/done/", joining.done, name="join-done"),
    path("join/progress/", joining.progress, name="join-progress"),
    path("join/progress/<slug:verb>/", joining.follow, name="join-follow"),
    path("join/account/", joining.account, name="join-account"),
    path("join/<str:token>/", joining.unit_code, name="join-unit"),
    path("hall/joining/", joining.mine, name="hall-joining"),
    path("hall/joining/<int:pk>/", joining.open_mine, name="hall-joining-open"),
    path("joining/pending/", joining_desk.pending, name="join-pending"),
    path("joining/codes/", joining_desk.codes_page, name="join-codes"),
    path("joining/codes/<int:pk>/", joining_desk.poster, name="join-poster"),
    path("unions/tree/", tree.browser, name="union-tree"),
    path("unions/tree/<int:pk>/", tree.below, name="union-tree-level"),
    path("unions/report/", tree.report, name="union-report"),
    path(
        "unions/<int:pk>/restructure/<slug:kind>/",
        restructure.restructure,
        name="union-restructure",
    ),
    path("terms/calendar/", terms.calendar, name="term-calendar"),
    path("organisers/statistics/", organisers.statistics, name="organiser-statistics"),
]
