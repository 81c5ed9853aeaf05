"""The app."""

from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "assessments"
    verbose_name = "回答と採点"

    def ready(self) -> None:
        from assessments.target_names import name_targets
        from organisations.log_lines import names_targets

        names_targets(name_targets)
