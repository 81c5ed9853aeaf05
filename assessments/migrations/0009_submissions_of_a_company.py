"""An index for the latest submission of each company: without it SQLite looks through the whole round for each of them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0008_submissions_of_a_round"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(
                fields=["organisation", "catalog_ref", "submitted_at", "id"], name="submissions_of_a_company"
            ),
        ),
    ]
