from django.db import migrations

from core.stamps import unwatch, watch

TABLES = ('core_contactdetails', 'core_banner',)


def set_triggers(apps, schema_editor):
    watch(schema_editor.connection, 'contact', *TABLES)


def drop_triggers(apps, schema_editor):
    unwatch(schema_editor.connection, *TABLES)
    if schema_editor.connection.vendor == 'postgresql':
        schema_editor.execute('DROP FUNCTION core_renew_stamp()')


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0003_audit_log'),
    ]

    operations = [
        migrations.RunPython(set_triggers, drop_triggers),
    ]
