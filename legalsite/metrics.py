"""What the portal tells a Prometheus server (https://prometheus.io): requests, and what waits or is late.

Numbers only: no label holds anything that a reader typed. Off unless METRICS_TOKEN is set. The processes of
one gunicorn master count together (deploy/gunicorn.conf.py); what is in the database is counted on request.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import Error
from django.db.models import Exists, Min, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from post_office.models import STATUS, Email
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

import complaints.retention
import privacy.retention
from complaints.models import Complaint
from core.version import VERSION
from documents.models import Edition, Passage, Version
from legalsite.backup import folder
from privacy.connecting import asked_about
from privacy.models import Request

SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""Names the folder in which the processes of one master count together, as the library reads it."""

COUNTED = CollectorRegistry()
METHODS = ("GET", "HEAD", "POST")
SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

REQUESTS = Counter("portal_requests", "Requests answered.", ["view", "method", "status"], registry=COUNTED)
LATENCY = Histogram(
    "portal_request_seconds", "Seconds to an answer.", ["view"], buckets=SECONDS, registry=COUNTED
)


class RequestMetrics:
    """Counts requests by view, method and status, and how long the answers take."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not settings.METRICS_TOKEN:
            raise MiddlewareNotUsed
        if shared := os.environ.get(SHARED):
            Path(shared).mkdir(mode=0o700, exist_ok=True)
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = monotonic()
        response = self.get_response(request)
        # The name of the view and not the address: there are few, and they name nobody.
        view = request.resolver_match.view_name if request.resolver_match else "none"
        count(view, request.method or "", response.status_code, monotonic() - began)
        return response


def count(view: str, method: str, status: int, seconds: float) -> None:
    """Count a request that a view, by its name, has answered."""
    REQUESTS.labels(view, method if method in METHODS else "other", str(status)).inc()
    LATENCY.labels(view).observe(seconds)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer with all numbers to whoever knows METRICS_TOKEN: 404 when none is set, 401 to others."""
    if not settings.METRICS_TOKEN:
        raise Http404
    given = request.headers.get("Authorization", "")
    if not constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}"):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    registry = COUNTED
    if SHARED in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library has no type there
    now = CollectorRegistry()
    now.register(_Now())
    return HttpResponse(generate_latest(registry) + generate_latest(now), content_type=CONTENT_TYPE_LATEST)


class _Now(Collector):
    """What is so at this moment. What the database cannot tell is left out, and `portal_database_up` is 0."""

    def collect(self) -> Iterator[Metric]:
        version = GaugeMetricFamily("portal_info", "The version that runs.", labels=["version"])
        version.add_metric([VERSION], 1)
        yield version
        gauges = dict(_of_the_disk())
        try:
            gauges |= dict(_of_the_database())
            gauges["portal_database_up"] = ("Whether the database answers.", 1)
        except Error:
            gauges["portal_database_up"] = ("Whether the database answers.", 0)
        for name, (words, value) in gauges.items():
            yield GaugeMetricFamily(name, words, value=value)


Gauge = tuple[str, tuple[str, float]]


def _of_the_disk() -> Iterator[Gauge]:
    yield "portal_disk_free_bytes", ("Room left for data.", shutil.disk_usage(settings.DATA_DIR).free)
    yield "portal_backups", ("Backups that are kept.", len(folder.archives()))
    if made_at := folder.newest_at():
        age = (timezone.now() - made_at).total_seconds()
        yield "portal_backup_age_seconds", ("Since the newest backup.", age)


def _of_the_database() -> Iterator[Gauge]:
    today, now = timezone.localdate(), timezone.now()
    waiting = Email.objects.filter(Q(status__in=(STATUS.queued, STATUS.requeued)) | Q(status__isnull=True))
    oldest = waiting.aggregate(at=Min("created"))["at"]
    yield "portal_mail_queued", ("Mails that wait to be sent.", waiting.count())
    yield (
        "portal_mail_oldest_seconds",
        ("Since the oldest mail that waits was stored.", (now - oldest).total_seconds() if oldest else 0),
    )
    yield (
        "portal_mail_failed",
        ("Mails that were given up.", Email.objects.filter(status=STATUS.failed).count()),
    )
    cases = Complaint.objects.not_set_aside()
    yield "portal_complaints_open", ("Complaints that wait for an answer.", cases.open().count())
    yield (
        "portal_complaints_due_today",
        ("Answers due today.", cases.open().filter(answer_due_on=today).count()),
    )
    yield "portal_complaints_overdue", ("Answers that were due before today.", cases.overdue(today).count())
    requests = Request.objects.open()
    yield "portal_data_requests_open", ("Requests about data that wait for an answer.", requests.count())
    yield (
        "portal_data_requests_overdue",
        ("Requests about data due before today.", requests.filter(expected_on__lt=today).count()),
    )
    due = complaints.retention.due(today, asked_about(today)).count() + privacy.retention.due(today).count()
    late = complaints.retention.late(
        today, asked_about(today - complaints.retention.GRACE)
    ) + privacy.retention.late(today)
    yield "portal_erasures_due", ("Records to be erased by the daily run.", due)
    yield "portal_erasures_late", ("Records that should have been erased two days ago.", late)
    yield (
        "portal_search_texts_missing",
        ("Published texts that the search does not know.", _not_indexed()),
    )


def _not_indexed() -> int:
    """Return how many published texts have no passage: the index is written with the publication."""
    texts = Edition.objects.filter(version__in=Version.objects.published()).exclude(text="", file_text="")
    return texts.exclude(Exists(Passage.objects.filter(edition=OuterRef("pk")))).count()
