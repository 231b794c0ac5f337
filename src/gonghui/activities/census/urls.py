"""Addresses of A01 beside its generated pages."""

from django.urls import path
from django.views.decorators.http import require_http_methods

from gonghui.activities.census.views import campaign, wishes

get = require_http_methods(["GET", "HEAD"])

urlpatterns = [
    path("census/", get(campaign.boards), name="census-boards"),
    path("census/<int:campaign_id>/<int:union_id>/", get(campaign.console), name="census-console"),
    path(
        "census/<int:campaign_id>/<int:union_id>/report/",
        get(campaign.report),
        name="census-report",
    ),
    path(
        "api/v1/census/<int:campaign_id>/<int:union_id>/trend/",
        get(campaign.trend),
        name="census-trend",
    ),
    path("wishes/stats/", get(wishes.stats), name="wish-stats"),
    path("hall/wishes/", get(wishes.wishes), name="wishes"),
    path("hall/wishes/new/", wishes.new_wish, name="wish-new"),
    path("hall/wishes/<int:pk>/", get(wishes.wish_page), name="wish"),
    path("hall/wishes/<int:pk>/vote/", wishes.vote, name="wish-vote"),
    path("hall/wishes/<int:pk>/follow/", wishes.follow, name="wish-follow"),
]
