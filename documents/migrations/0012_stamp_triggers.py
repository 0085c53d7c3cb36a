from django.db import migrations

from core.stamps import unwatch, watch

TABLES = ('documents_section', 'documents_document', 'documents_version', 'documents_edition', 'documents_summary',)


def set_triggers(apps, schema_editor):
    watch(schema_editor.connection, 'documents', *TABLES)


def drop_triggers(apps, schema_editor):
    unwatch(schema_editor.connection, *TABLES)


class Migration(migrations.Migration):

    dependencies = [
        ('documents', '0011_summaries'),
        ('core', '0004_stamp_triggers'),
    ]

    operations = [
        migrations.RunPython(set_triggers, drop_triggers),
    ]
