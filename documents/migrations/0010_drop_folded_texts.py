from django.db import migrations, models


class Migration(migrations.Migration):
    """With a default first, so that the way back works on full tables."""

    dependencies = [
        ('documents', '0009_fill_passages'),
    ]

    operations = [
        migrations.AlterField(
            model_name='document',
            name='search_text',
            field=models.TextField(blank=True, default='', editable=False),
        ),
        migrations.RemoveField(
            model_name='document',
            name='search_text',
        ),
        migrations.RemoveField(
            model_name='edition',
            name='search_text',
        ),
    ]
