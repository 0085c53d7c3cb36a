from django.db import migrations

from complaints.models.case import SEARCHED, searched_in


def fill(apps, schema_editor):
    complaint = apps.get_model("complaints", "Complaint")
    for case in complaint.objects.iterator(chunk_size=500):
        case.search_text = searched_in(case.reference, {name: getattr(case, name) for name in SEARCHED})
        case.save(update_fields=["search_text"])


class Migration(migrations.Migration):
    """Apart from the column: PostgreSQL alters no table that has changes waiting."""

    dependencies = [
        ("complaints", "0005_search_text"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
