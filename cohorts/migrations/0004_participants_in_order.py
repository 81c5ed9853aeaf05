"""The index by name holds the id too: names may stand twice, and a late page of the status board needs no sorting."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cohorts", "0003_reminders_that_passed")]

    operations = [
        migrations.RemoveIndex(model_name="participant", name="participant_by_name"),
        migrations.AddIndex(
            model_name="participant",
            index=models.Index(fields=["round", "name", "id"], name="participant_by_name"),
        ),
    ]
