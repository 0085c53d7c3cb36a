"""What staff have been reminded of: each once, whichever worker comes first."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.models.case import Complaint


class Reminder(models.Model):
    """A reminder that has been sent of an answer that is due."""

    class Level(models.TextChoices):
        """To whom."""

        OWNER = "owner", _("owner")
        SPONSOR = "sponsor", _("sponsor")
        MANAGEMENT = "management", _("management")

    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="reminders")
    due_on = models.DateField()
    """The day it reminded of: a new day is another reminder."""
    level = models.CharField(max_length=10, choices=Level)
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["complaint", "due_on", "level"], name="complaints_reminder_once")
        ]

    def __str__(self) -> str:
        return f"{self.complaint} – {self.level} – {self.due_on}"


class Digest(models.Model):
    """A daily digest that has been sent."""

    on = models.DateField(primary_key=True)

    def __str__(self) -> str:
        return str(self.on)
