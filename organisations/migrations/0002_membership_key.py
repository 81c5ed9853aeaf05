"""A membership is named by a random key: add it, fill it, tighten it."""

import uuid

from django.db import migrations, models


def fill(apps, schema_editor):
    memberships = apps.get_model("organisations", "Membership").objects
    ids = list(memberships.filter(key__isnull=True).values_list("pk", flat=True))
    for pk in ids:
        memberships.filter(pk=pk).update(key=uuid.uuid4())


class Migration(migrations.Migration):
    dependencies = [("organisations", "0001_initial")]

    operations = [
        migrations.AddField("membership", "key", models.UUIDField(null=True, editable=False)),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        migrations.AlterField("membership", "key", models.UUIDField(default=uuid.uuid4, unique=True, editable=False)),
    ]
