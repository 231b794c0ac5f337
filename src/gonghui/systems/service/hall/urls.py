"""Addresses of the hall and of the counter."""

from django.urls import path

from gonghui.systems.service.hall.views import (
    applying,
    counter,
    home,
    matters,
    offline,
    own,
    services,
)

urlpatterns = [
    path("manifest.webmanifest", offline.manifest, name="hall-manifest"),
    path("hall/", home.home, name="hall"),
    path("hall/worker.js", offline.worker, name="hall-worker"),
    path("hall/offline/", offline.offline, name="hall-offline"),
    path("hall/messages/", home.messages_page, name="hall-messages"),
    path("hall/mine/", home.mine, name="hall-mine"),
    path("hall/places/", home.choose_place, name="hall-places"),
    path("hall/services/", services.services, name="hall-services"),
    path("hall/services/<slug:code>/", services.service, name="hall-service"),
    path("hall/services/<slug:code>/for/", services.act_for, name="hall-act-for"),
    path("hall/apply/<slug:code>/", applying.start, name="hall-apply"),
    path("hall/apply/<slug:code>/drop/", applying.drop, name="hall-apply-drop"),
    path("hall/apply/<slug:code>/<slug:name>/", applying.step, name="hall-apply-step"),
    path("hall/apply/<slug:code>/<slug:name>/draft/", applying.keep_draft, name="hall-apply-draft"),
    path("hall/receipts/<str:number>/", applying.receipt, name="hall-receipt"),
    path("hall/matters/", matters.mine, name="hall-matters"),
    path("hall/matters/find/", matters.find, name="hall-matter-find"),
    path("hall/matters/<int:pk>/", matters.matter, name="hall-matter"),
    path("hall/matters/<int:pk>/rate/", matters.rate, name="hall-matter-rate"),
    path("hall/matters/<int:pk>/<slug:role>/", matters.do, name="hall-matter-do"),
    path("hall/materials/", own.materials, name="hall-materials"),
    path("hall/proxies/", own.proxy_list, name="hall-proxies"),
    path("hall/proxies/ask/", own.ask_proxy, name="hall-proxy-ask"),
    path("hall/ease/", own.ease, name="hall-ease"),
    path("counter/", counter.counter, name="counter"),
    path("counter/consents/", counter.consents, name="counter-consents"),
    path("counter/leave/", counter.leave, name="counter-leave"),
    path("counter/services/", counter.catalogue, name="hall-catalogue"),
]
