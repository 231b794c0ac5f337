"""Addresses of B5.1; those of the frame keep the names every page uses."""

from django.urls import path

from gonghui.systems.portal.desk.views import (
    calendar,
    following,
    home,
    messages,
    notices,
    search,
    todos,
)

urlpatterns = [
    path("", home.front, name="front"),
    path("desk/", home.home, name="desk"),
    path("desk/arrange/", home.arrange, name="desk-arrange"),
    path("desk/usage/", home.usage, name="desk-usage"),
    path("desk/habits/", home.habit, name="desk-habits"),
    path("desk/counts/", home.counts, name="desk-counts"),
    path("desk/functions/", home.all_functions, name="desk-functions"),
    path("desk/widget/<slug:code>/", home.widget, name="desk-widget"),
    path("desk/follow/<slug:code>/<int:pk>/", following.follow, name="desk-follow"),
    path("desk/follows/", following.follows, name="desk-follows"),
    path("desk/follows/<int:pk>/", following.open_followed, name="desk-followed"),
    path("desk/calendar/", calendar.calendar, name="desk-calendar"),
    path("desk/calendar/new/", calendar.appointment, name="desk-appointment-new"),
    path("desk/calendar/<int:pk>/", calendar.appointment, name="desk-appointment"),
    path("todo/", todos.inbox, name="todo"),
    path("todo/bulk/", todos.bulk, name="todo-bulk"),
    path("messages/", messages.messages_page, name="messages"),
    path("search/", search.search, name="search"),
    path("search/suggest/", search.suggest, name="search-suggest"),
    path("notices/", notices.reading_list, name="notices"),
    path("notices/<int:pk>/", notices.read, name="notice"),
    path("notices/<int:pk>/confirm/", notices.confirm, name="notice-confirm"),
    path("notices/<int:pk>/unconfirmed/", notices.unconfirmed, name="notice-unconfirmed"),
    path("post/<int:union_id>/", home.switch_post, name="post"),
]
