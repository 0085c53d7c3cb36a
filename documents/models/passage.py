"""Passage: an article of a published page text or a page of a published PDF, as the search finds it."""

from django.db import models

from documents.models.edition import Edition


class Passage(models.Model):
    """A part of a published edition that a link leads to."""

    key = models.BigIntegerField(primary_key=True)
    """As documents.fulltext.passage_key makes it."""
    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="passages")
    page = models.PositiveSmallIntegerField(null=True)
    """Page of the PDF; None for an article of the page text."""
    anchor = models.CharField(max_length=200, blank=True)
    heading = models.TextField(blank=True)
    """Heading of the article, or the headings on the page, a line each."""
    text = models.TextField()

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return f"{self.edition_id} {self.page or self.anchor}"
