"""Addresses of D09 and of the plan tracker beside their generated pages."""

from django.urls import path
from django.views.decorators.http import require_http_methods

from gonghui.systems.foundation.services.queries.graphs import TITLES
from gonghui.systems.foundation.services.views import architecture, graphs, plan, register

get = require_http_methods(["GET", "HEAD"])

urlpatterns = [
    path("services/", get(register.home), name="services-home"),
    path("services/systems/<str:code>/", get(register.system_page), name="services-system"),
    path("services/parts/<str:package>/", get(register.part_page), name="services-part"),
    path("services/interfaces/", get(register.interface_list), name="services-interfaces"),
    path("services/outside/", get(register.outside_list), name="services-outside"),
    path("services/topics/", get(register.topic_list), name="services-topics"),
    path("services/cards/<int:pk>/", get(register.card), name="services-card"),
    *(
        path(f"services/graphs/{code}/", get(graphs.graph_page), {"code": code}, f"graph-{code}")
        for code in TITLES
    ),
    path("services/architecture/", get(architecture.architecture_page), name="architecture"),
    path("plan/", get(plan.overview), name="plan"),
    path("plan/functions/", get(plan.function_list), name="plan-functions"),
    path("plan/matrix/", get(plan.matrix), name="plan-matrix"),
    path("plan/usage/", get(plan.usage), name="plan-usage"),
    path("plan/export/", get(plan.export), name="plan-export"),
    path("api/v1/plan/", get(plan.data), name="plan-data"),
    path("api/v1/graphs/<slug:code>/", get(graphs.graph_data), name="services-graph-data"),
]
