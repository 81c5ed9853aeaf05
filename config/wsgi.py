"""The WSGI entry point: `gunicorn config.wsgi`."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from guidance.registry import library

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

# With --preload the workers share what is read here, and the collector need not walk it again in each of them.
library()
get_resolver().url_patterns  # noqa: B018 - imports the views
gc.collect()
gc.freeze()
