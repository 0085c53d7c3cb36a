from django.db import migrations


def as_before(apps, schema_editor):
    """Make a withdrawn case that is erased what 0008 makes of every erased case: its date of withdrawal goes too."""
    complaint = apps.get_model("complaints", "Complaint")
    complaint.objects.filter(erased_at__isnull=False, status="withdrawn").update(
        status="received", withdrawn_at=None
    )


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0010_standard_text"),
    ]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, as_before),
    ]
