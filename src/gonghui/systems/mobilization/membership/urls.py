"""Addresses of the system's own pages; the lists and records are generated."""

from django.urls import path

from gonghui.systems.mobilization.membership.views import (
    card,
    corrections,
    joining,
    joining_desk,
    organisers,
    restructure,
    standing,
    terms,
    transfers,
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
    path("hall/membership/", standing.mine, name="hall-membership"),
    path("hall/transfer/", transfers.apply, name="hall-transfer"),
    path("hall/transfer/<int:pk>/", transfers.one, name="hall-transfer-one"),
    path("hall/transfer/<int:pk>/withdraw/", transfers.withdraw, name="hall-transfer-withdraw"),
    path("hall/facts/", corrections.facts, name="hall-facts"),
    path("hall/correct/", corrections.identity, name="hall-identity"),
    path("hall/correct/<int:pk>/", corrections.one, name="hall-correction"),
    path("hall/correct/<int:pk>/withdraw/", corrections.withdraw, name="hall-correction-withdraw"),
    path("hall/card/", card.mine, name="hall-card"),
    path("hall/card/paper/", card.paper, name="hall-card-paper"),
    path("members/<int:pk>/card/", card.print_for, name="member-card"),
    path("card/<str:token>/", card.check_page, name="card-check"),
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
