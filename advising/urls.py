"""Addresses of an office's work with its clients."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "advising"
urlpatterns: list[URLPattern] = []
