"""Addresses of C4.5 beside its generated pages."""

from django.urls import path

from gonghui.systems.rights.feedback.views import hotline, posters, reports, seams, workers

app_name = "feedback"
urlpatterns = [
    path("feedback/", workers.home, name="home"),
    path("feedback/at/<int:pk>/", workers.at, name="at"),
    path("feedback/new/", workers.speak, name="speak"),
    path("feedback/mine/", workers.mine, name="mine"),
    path("feedback/ask/", workers.ask, name="ask"),
    path("feedback/ask/judge/", workers.judge, name="judge"),
    path("feedback/petitions/<str:number>/", workers.petition, name="petition"),
    path("feedback/petitions/<str:number>/<int:pk>/", workers.own_paper, name="own-paper"),
    path("feedback/consultations/", workers.consultations, name="consultations"),
    path("feedback/consultations/<int:pk>/", workers.consultation, name="consultation"),
    path("feedback/surveys/", workers.survey_list, name="surveys"),
    path("feedback/surveys/<int:pk>/", workers.survey, name="survey"),
    path("hotline/", hotline.desk, name="desk"),
    path("hotline/register/", hotline.register, name="register"),
    path("hotline/calls/<int:pk>/", hotline.call, name="call"),
    path("hotline/calls/<int:pk>/returned/", hotline.call_back, name="call-back"),
    path("hotline/calls/<int:pk>/transcript/", hotline.transcribe, name="transcribe"),
    path("hotline/records/", hotline.bring_in, name="bring-in"),
    path("hotline/papers/<int:pk>/", hotline.paper, name="paper"),
    path("hotline/codes/", posters.codes, name="codes"),
    path("hotline/codes/<int:pk>/", posters.poster, name="poster"),
    path("hotline/summary/", reports.opinions_page, name="summary"),
    path("hotline/reports/<int:year>/", reports.annual, name="annual"),
    path("hotline/reports/<int:year>/file/", reports.annual_file, name="annual-file"),
    path("hotline/shifts/", reports.shift_figures, name="shift-figures"),
    path("hotline/surveys/<int:pk>/", reports.survey_results, name="survey-results"),
    path("hotline/surveys/<int:pk>/export/", reports.survey_export, name="survey-export"),
    path("hotline/consultations/<int:pk>/", reports.respond, name="respond"),
    path("feedback/switch/events", seams.switch_events, name="switch-events"),
    path("feedback/channels", seams.messages, name="channels"),
]
