"""Addresses of D02."""

from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST

from gonghui.systems.foundation.components.views import charts, decision_tables, gallery

get = require_http_methods(["GET", "HEAD"])
both = require_http_methods(["GET", "HEAD", "POST"])

urlpatterns = [
    path("components/", both(gallery.gallery), name="components"),
    path("components/sample.pdf", get(gallery.document), name="components-document"),
    path("components/<slug:code>/", both(gallery.one), name="components-one"),
    path("charts/", get(charts.charts), name="charts"),
    path("charts/new/", both(charts.new), name="charts-new"),
    path("charts/<int:pk>/", both(charts.one), name="charts-one"),
    path("charts/<int:pk>/change/", both(charts.change), name="charts-change"),
    path("charts/<int:pk>/<slug:verb>/", require_POST(charts.act), name="charts-act"),
    path("rules/", get(decision_tables.overview), name="rules"),
    path("rules/table/<str:code>/", get(decision_tables.table_page), name="rules-table"),
    path("rules/table/<str:code>/begin/", require_POST(decision_tables.begin), name="rules-begin"),
    path("rules/table/<str:code>/compare/", get(decision_tables.compare), name="rules-compare"),
    path("rules/version/<int:pk>/edit/", both(decision_tables.edit), name="rules-edit"),
    path("rules/version/<int:pk>/read/", require_POST(decision_tables.bring), name="rules-bring"),
    path(
        "rules/version/<int:pk>/table.xlsx",
        get(decision_tables.version_workbook),
        name="rules-workbook",
    ),
    path(
        "rules/table/<str:code>/table.xlsx",
        get(decision_tables.table_workbook),
        name="rules-table-workbook",
    ),
    path("api/v1/charts/<int:pk>/", get(charts.data), name="charts-data"),
]
