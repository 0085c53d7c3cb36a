from django.db import migrations

from core.folding import fold
from documents import fulltext
from documents.indexing import index_edition


def fill(apps, schema_editor):
    """Index what is published and the titles of all documents."""
    passage = apps.get_model('documents', 'Passage')
    document = apps.get_model('documents', 'Document')
    edition = apps.get_model('documents', 'Edition')
    fulltext.index(schema_editor.connection).add(
        (
            -each.pk,
            f'{each.title_fr}\n{each.title_en}',
            f'{each.description_fr}\n{each.description_en}',
        )
        for each in document.objects.all()
    )
    for each in edition.objects.filter(version__published_at__isnull=False).iterator(chunk_size=50):
        index_edition(each, passage)


def fold_again(apps, schema_editor):
    """Give the columns that the earlier search reads their folded words."""
    document = apps.get_model('documents', 'Document')
    edition = apps.get_model('documents', 'Edition')
    for each in document.objects.all():
        words = [each.title_fr, each.title_en, each.description_fr, each.description_en]
        each.search_text = f' {fold(" ".join(words))}'
        each.save(update_fields=['search_text'])
    for each in edition.objects.iterator(chunk_size=50):
        each.search_text = f' {fold(each.text)} {fold(each.file_text)}'
        each.save(update_fields=['search_text'])


class Migration(migrations.Migration):
    """Apart from the table: PostgreSQL alters no table that has changes waiting."""

    dependencies = [
        ('documents', '0008_passages'),
    ]

    operations = [
        migrations.RunPython(fill, fold_again),
    ]
