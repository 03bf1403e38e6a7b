"""Addresses of Spaces, the home page and starting one."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
