"""Indexes for what a network asks of all its companies at once: who belongs to it, and who shares something with it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organisations", "0006_audit_lines_of_bodies")]

    operations = [
        migrations.AddIndex(
            model_name="affiliation",
            index=models.Index(fields=["body", "ended_at", "organisation", "since"], name="companies_of_a_body"),
        ),
        migrations.AddIndex(
            model_name="grant",
            index=models.Index(
                fields=["body", "revoked_at", "until", "organisation", "granted_at"], name="consents_to_a_body"
            ),
        ),
    ]
