"""A planned reminder may pass: a later one was due as well."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cohorts", "0002_workshop_details")]

    operations = [
        migrations.AlterField(
            model_name="reminder",
            name="status",
            field=models.CharField(
                choices=[
                    ("planned", "Planned"),
                    ("begun", "Begun"),
                    ("done", "Done"),
                    ("cancelled", "Cancelled"),
                    ("passed", "Passed"),
                ],
                default="planned",
                max_length=9,
            ),
        ),
    ]
