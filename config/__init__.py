"""Wiring: settings, URLs, Celery and WSGI. No domain words live here."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
