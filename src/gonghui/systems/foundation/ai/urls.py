"""Addresses of D03."""

from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST

from gonghui.systems.foundation.ai.views import analyses, console, models

get = require_http_methods(["GET", "HEAD"])
both = require_http_methods(["GET", "HEAD", "POST"])

urlpatterns = [
    path("ai/", get(analyses.overview), name="ai"),
    path("ai/classify/", both(console.classify), name="ai-classify"),
    path("ai/classify/correct/", require_POST(console.correct), name="ai-correct"),
    path("ai/ask/", both(console.ask), name="ai-ask"),
    path("ai/ask/draft/", require_POST(console.draft), name="ai-draft"),
    path("ai/crises/", get(console.crises), name="ai-crises"),
    path("ai/blind-spots/", get(analyses.blind_spots), name="ai-blind-spots"),
    path("ai/trends/", get(analyses.trends), name="ai-trends"),
    path("ai/rights/", get(analyses.rights), name="ai-rights"),
    path("ai/consultations/", get(analyses.consultations), name="ai-consultations"),
    path("ai/models/", both(models.overview), name="ai-models"),
    path("ai/models/training/", get(models.training_state), name="ai-training"),
    path("ai/models/<int:number>/", both(models.card), name="ai-model"),
    path("ai/models/filing/", get(models.filing), name="ai-filing"),
    path("api/v1/ai/facts/", get(console.facts_api), name="ai-facts"),
]
