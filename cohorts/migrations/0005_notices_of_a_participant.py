"""An index for whether a participant got a mail: without it SQLite looks through every mail that was sent."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cohorts", "0004_participants_in_order")]

    operations = [
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["participant", "status"], name="notices_of_a_participant"),
        ),
    ]
