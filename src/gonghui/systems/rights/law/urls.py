"""Addresses of the pages of law; the lists and records are generated."""

from django.urls import path

from gonghui.systems.rights.law.views import (
    calculators,
    consulting,
    legislation,
    library,
    reading,
    statistics,
    terms,
)

urlpatterns = [
    path("law/", library.home, name="law-home"),
    path("law/search/", library.search, name="law-search"),
    path("law/statutes/<int:pk>/", library.statute, name="law-statute"),
    path(
        "law/statutes/<int:pk>/articles/<int:number>/<int:branch>/",
        library.article,
        name="law-article",
    ),
    path("law/ask/", consulting.ask, name="law-ask"),
    path("law/mine/<str:number>/", consulting.thread, name="law-thread"),
    path("law/questions/", reading.questions, name="law-questions"),
    path("law/questions/<int:pk>/", reading.question, name="law-question"),
    path("law/questions/<int:pk>/helpful/", reading.helpful, name="law-helpful"),
    path("law/cases/", reading.cases, name="law-cases"),
    path("law/cases/<int:pk>/", reading.case, name="law-case"),
    path("law/topics/", reading.topics, name="law-topics"),
    path("law/topics/<int:pk>/", reading.topic, name="law-topic"),
    path("law/pieces/<int:pk>/", reading.piece, name="law-piece"),
    path("law/bills/", legislation.bills, name="law-bills"),
    path("law/bills/<int:pk>/", legislation.bill, name="law-bill"),
    path("law/bills/<int:pk>/speak/", legislation.speak, name="law-speak"),
    path("law/bills/<int:pk>/summary/", legislation.summary, name="law-summary"),
    path("law/bills/<int:pk>/retract/<int:comment>/", legislation.retract, name="law-retract"),
    path("law/calculators/", calculators.calculators, name="law-calculators"),
    path("law/calculators/<slug:code>/", calculators.calculator, name="law-calculator"),
    path("law/calculations/", calculators.calculations, name="law-calculations"),
    path("law/calculations/<int:pk>/", calculators.calculation, name="law-calculation"),
    path("law/calculations/<int:pk>/drop/", calculators.drop, name="law-calculation-drop"),
    path("law/terms/", terms.terms, name="law-terms"),
    path("law/terms/<int:pk>/<slug:verb>/", terms.change, name="law-term"),
    path("law/statistics/", statistics.statistics, name="law-statistics"),
]
