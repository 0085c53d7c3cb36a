"""The WSGI application that gunicorn serves."""

import os
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.wsgi import get_wsgi_application

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "legalsite.settings")


def _application() -> "WSGIApplication":
    """Return Django's application, behind the kept pages where pages are kept."""
    through_django = get_wsgi_application()
    if not settings.PAGE_CACHE_SIZE:
        return through_django
    # These ask for models, which are there only now.
    from core.page_cache import page_cache
    from core.page_front import PageFront
    from legalsite.metrics import count

    return PageFront(
        through_django, page_cache(), count if settings.METRICS_TOKEN else None, nginx=settings.X_ACCEL
    )


application = _application()
