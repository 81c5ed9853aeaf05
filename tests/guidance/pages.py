"""A page of the library as a visitor without an account gets it."""

from __future__ import annotations

from html import unescape

from django.conf import settings
from django.test import Client


def page(address: str, status: int = 200, language: str = "ja") -> str:
    """Without the mark `django_db`, a query would fail the test."""
    browser = Client()
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    response = browser.get(address)
    assert response.status_code == status, address
    return unescape(response.content.decode())
