"""An index with everything that is asked of the submissions of a round: without it SQLite reads through every answer."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0007_rescoring"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(
                fields=["catalog_ref", "submitted_at", "organisation", "id"], name="submissions_of_a_round"
            ),
        ),
    ]
