"""Addresses of D08 beside its generated pages."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.http import require_http_methods, require_POST

from gonghui.systems.foundation.users.api import scim
from gonghui.systems.foundation.users.views import boards, picking, provisioning, rights

get = require_http_methods(["GET", "HEAD"])
both = require_http_methods(["GET", "HEAD", "POST"])

urlpatterns: list[URLPattern | URLResolver] = [
    path("pick/staff/", get(picking.pick_staff), name="pick-staff"),
    path("pick/posts/", get(picking.pick_posts), name="pick-posts"),
    path("rights/", get(rights.mine), name="rights-mine"),
    path("rights/lend/", both(rights.lend), name="rights-lend"),
    path("rights/lent/<int:pk>/end/", require_POST(rights.end_lent), name="rights-end-lent"),
    path("rights/change/", both(rights.ask_change), name="rights-ask"),
    path("users/why/", get(rights.find), name="rights-find"),
    path("users/why/<int:user_id>/", get(rights.why), name="rights-why"),
    path("api/v1/rights/<int:user_id>/", get(rights.why_json), name="rights-why-json"),
    path("users/who/", get(rights.who), name="rights-who"),
    path("users/reviews/", get(boards.review_boards), name="review-boards"),
    path("users/reviews/<int:pk>/<int:union_id>/", get(boards.review_board), name="review-board"),
    path(
        "users/reviews/<int:pk>/<int:union_id>/sheet/",
        get(boards.review_sheet),
        name="review-sheet",
    ),
    path("users/left-over/", get(boards.left_over), name="left-over"),
    path("users/three/", get(boards.three_apart), name="three-apart"),
    path("users/sources/<int:pk>/issue/", both(provisioning.issue_token), name="source-issue"),
    path("scim/v2/", include(scim.urlpatterns)),
]
