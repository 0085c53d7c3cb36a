from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Apart from the rows' new values: PostgreSQL alters no table that has changes waiting."""

    dependencies = [
        ('documents', '0002_publication_steps'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='version',
            constraint=models.CheckConstraint(condition=models.Q(('author__isnull', True), ('approved_by__isnull', True), models.Q(('approved_by', models.F('author')), _negated=True), _connector='OR'), name='documents_version_approver_is_not_author'),
        ),
        migrations.AddConstraint(
            model_name='version',
            constraint=models.CheckConstraint(condition=models.Q(('published_at__isnull', False), models.Q(('state', 'published'), _negated=True), _connector='OR'), name='documents_version_published_has_date'),
        ),
    ]
