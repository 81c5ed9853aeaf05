"""An index of the lines in which a body acts: a company asks who looked at figures of its networks."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0005_rounds_and_statistics"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="auditline",
            index=models.Index(
                condition=models.Q(("body__isnull", False)),
                fields=["organisation", "body", "number"],
                name="audit_of_bodies",
            ),
        ),
    ]
