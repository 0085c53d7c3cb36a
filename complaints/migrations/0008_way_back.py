from django.db import migrations


def as_before(apps, schema_editor):
    """Give up what the tables before 0002 cannot hold, so that the way back works on full tables.

    An outcome stood with the closing only, and an answer by e-mail needed an address, also of an erased case.
    """
    complaint = apps.get_model("complaints", "Complaint")
    complaint.objects.filter(closed_at__isnull=True).update(outcome="")
    complaint.objects.filter(status="closed", outcome="").update(status="answered", closed_at=None)
    complaint.objects.filter(erased_at__isnull=False).update(
        answer_by="post",
        answered_at=None,
        closed_at=None,
        outcome="",
        status="received",
        erased_at=None,
        delayed_until_on=None,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0007_search_index"),
    ]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, as_before),
    ]
