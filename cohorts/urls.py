"""Addresses of rounds: opening one, who takes part, reminders, workshops."""

from django.urls import URLPattern

app_name = "cohorts"
urlpatterns: list[URLPattern] = []
