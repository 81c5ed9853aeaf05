"""An index of the lines that belong to a body and to no company: a company asks who looked at its network's figures."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0005_rounds_and_statistics"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="auditline",
            index=models.Index(
                condition=models.Q(("organisation__isnull", True), ("body__isnull", False)),
                fields=["body", "number"],
                name="audit_of_bodies",
            ),
        ),
    ]
