"""Addresses of Spaces, the home page and starting one."""

from django.urls import path

from spaces import people_page, views

urlpatterns = [
    path("", views.home, name="home"),
    path("start/", views.start, name="start"),
    path("s/<slug:slug>/", views.space, name="space"),
    path("s/<slug:slug>/audience/", views.audience, name="audience"),
    path("s/<slug:slug>/people/", people_page.people, name="people"),
]
