from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cohorts", "0001_initial")]

    operations = [
        migrations.AddField(
            "workshopplan", "minutes", models.PositiveSmallIntegerField(default=120, verbose_name="長さ（分）")
        ),
        migrations.AddField(
            "workshopplan", "seats", models.PositiveSmallIntegerField(default=20, verbose_name="招く会社の数の上限")
        ),
        migrations.AddField("workshopplan", "prefectures", models.JSONField(default=list)),
        migrations.AddField("workshopplan", "tables", models.JSONField(default=dict)),
        migrations.AddField("workshopplan", "seats_competitors_together", models.BooleanField(default=False)),
        migrations.AddField("workshopplan", "lists_participants", models.BooleanField(default=False)),
    ]
