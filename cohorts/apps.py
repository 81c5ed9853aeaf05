"""The app."""

from django.apps import AppConfig


class CohortsConfig(AppConfig):
    name = "cohorts"
    verbose_name = "回と集計"

    def ready(self) -> None:
        from cohorts.participants import take_up
        from organisations.signals import affiliated

        affiliated.connect(take_up, dispatch_uid="cohorts.take_up")
