from django.db import migrations

from core.stamps import unwatch, watch

TABLES = ('roaming_zone', 'roaming_destination', 'roaming_listing', 'roaming_alias',)


def set_triggers(apps, schema_editor):
    watch(schema_editor.connection, 'roaming', *TABLES)


def drop_triggers(apps, schema_editor):
    unwatch(schema_editor.connection, *TABLES)


class Migration(migrations.Migration):

    dependencies = [
        ('roaming', '0002_alias_is_part'),
        ('core', '0004_stamp_triggers'),
    ]

    operations = [
        migrations.RunPython(set_triggers, drop_triggers),
    ]
