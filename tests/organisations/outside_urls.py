"""Our addresses, as they are where the operator set up a provider."""

from __future__ import annotations

from config.urls import handler429, outside_urls
from config.urls import urlpatterns as ours

__all__ = ["handler429", "urlpatterns"]

urlpatterns = [*ours, *outside_urls]
