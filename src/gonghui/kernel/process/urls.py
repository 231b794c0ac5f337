"""Addresses of the process part."""

from django.urls import path

from gonghui.kernel.process.views import flows, work

urlpatterns = [
    path("work/", work.lists, name="work"),
    path("work/people/", work.people, name="work-people"),
    path("work/delegation/", work.delegation_page, name="delegation"),
    path("work/<int:pk>/", work.item_page, name="work-item"),
    path("cases/<int:pk>/", work.case_page, name="case"),
    path("flows/", flows.flow_list, name="flows"),
    path("flows/versions/<int:pk>/", flows.designer, name="flow-designer"),
    path("flows/versions/<int:pk>/check/", flows.check_xml, name="flow-check"),
    path("flows/versions/<int:pk>/save/", flows.save_xml, name="flow-save"),
    path("flows/versions/<int:pk>/trial/", flows.trial_page, name="flow-trial"),
    path("flows/versions/<int:pk>/publish/", flows.publish_page, name="flow-publish"),
    path("flows/versions/<int:pk>/retire/", flows.retire_version, name="flow-retire"),
    path("flows/versions/<int:pk>/discard/", flows.discard_draft, name="flow-discard"),
    path("flows/versions/<int:pk>/download/", flows.download, name="flow-download"),
    path("flows/versions/<int:pk>/migrate/", flows.migrate_page, name="flow-migrate"),
    path("flows/<slug:code>/", flows.flow_page, name="flow"),
]
