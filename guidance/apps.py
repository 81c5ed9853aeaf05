"""The app: its name, and the system check on its catalogs."""

from django.apps import AppConfig
from django.core import checks


class GuidanceConfig(AppConfig):
    name = "guidance"
    verbose_name = "文書と設問"

    def ready(self) -> None:
        from guidance.checks import catalogs_are_sound

        checks.register(catalogs_are_sound)
