import django.db.models.deletion
from django.db import migrations, models

from documents import fulltext


def create_index(apps, schema_editor):
    fulltext.index(schema_editor.connection).create()


def drop_index(apps, schema_editor):
    fulltext.drop(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [
        ('documents', '0007_contract_intervals'),
    ]

    operations = [
        migrations.CreateModel(
            name='Passage',
            fields=[
                ('key', models.BigIntegerField(primary_key=True, serialize=False)),
                ('page', models.PositiveSmallIntegerField(null=True)),
                ('anchor', models.CharField(blank=True, max_length=200)),
                ('heading', models.TextField(blank=True)),
                ('text', models.TextField()),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='passages', to='documents.edition')),
            ],
            options={
                'ordering': ['key'],
            },
        ),
        migrations.RunPython(create_index, drop_index),
    ]
