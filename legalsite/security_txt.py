"""Where to report a weakness of the portal (RFC 9116)."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

ADDRESS = "/.well-known/security.txt"


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Name the contact and until when it holds; absent while the operator has given none."""
    if not (settings.SECURITY_CONTACT and settings.SECURITY_EXPIRES):
        raise Http404("no contact is configured")
    fields = {
        "Contact": settings.SECURITY_CONTACT,
        "Expires": settings.SECURITY_EXPIRES,
        "Preferred-Languages": "fr, en",
        "Canonical": settings.SITE_URL + ADDRESS,
    }
    text = "".join(f"{name}: {value}\n" for name, value in fields.items())
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
