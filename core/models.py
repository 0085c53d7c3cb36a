"""Contact details, banner, the record of loaded content, mails waiting or sent, and the audit log."""

import datetime

from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from post_office.models import Email

from core.append_only import AppendOnlyModel, AppendOnlyQuerySet
from core.bilingual import Bilingual
from core.dates import moment
from core.mailboxes import validate_mailbox


class ContactDetails(models.Model):
    """How to reach the company: one row, used wherever an address or a mailbox is shown."""

    company_name = models.CharField(_("company name"), max_length=120)
    brand = models.CharField(_("brand"), max_length=120)
    register_number = models.CharField(
        _("trade register number"), max_length=40, help_text=_("As in the Luxembourg trade register (RCS).")
    )
    street = models.CharField(_("street and number"), max_length=120)
    district = models.CharField(_("business park or district"), max_length=120, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=12)
    locality = models.CharField(_("town"), max_length=80)
    country_fr = models.CharField(_("country (French)"), max_length=80)
    country_en = models.CharField(_("country (English)"), max_length=80)
    telephone = models.CharField(
        _("telephone"),
        max_length=40,
        blank=True,
        help_text=_("International form, for example +352 12 34 56. Left empty, no number is shown."),
    )
    complaints_email = models.EmailField(
        _("mailbox for complaints"),
        validators=[validate_mailbox],
        help_text=_("Also receives the notice of each new complaint."),
    )
    calldesk_email = models.EmailField(_("mailbox of the call desk"), validators=[validate_mailbox])
    privacy_email = models.EmailField(
        _("mailbox of the data protection officer"), validators=[validate_mailbox]
    )
    complaints_addressee_fr = models.CharField(_("addressee of complaint letters (French)"), max_length=120)
    complaints_addressee_en = models.CharField(_("addressee of complaint letters (English)"), max_length=120)

    country = Bilingual()
    complaints_addressee = Bilingual()

    class Meta:
        verbose_name = _("contact details")
        verbose_name_plural = _("contact details")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="core_contactdetails_single_row"),
        ]

    def __str__(self) -> str:
        return self.company_name

    def postal_lines(self) -> list[str]:
        """Return the postal address, a line each, without the addressee."""
        lines = [
            self.company_name,
            self.street,
            self.district,
            f"{self.postal_code} {self.locality}",
            self.country,
        ]
        return [line for line in lines if line]


class BannerQuerySet(models.QuerySet["Banner"]):
    """Reading rules for banners."""

    def shown(self, on: datetime.date) -> "BannerQuerySet":
        """Return the banners to show on the day `on`, the newest first."""
        return self.filter(
            Q(shown_from_on__lte=on), Q(shown_until_on__isnull=True) | Q(shown_until_on__gt=on)
        ).order_by("-shown_from_on", "-pk")


class Banner(models.Model):
    """A sentence shown at the top of every public page between two dates."""

    text_fr = models.CharField(_("text (French)"), max_length=300)
    text_en = models.CharField(_("text (English)"), max_length=300)
    shown_from_on = models.DateField(_("shown from"), default=timezone.localdate)
    shown_until_on = models.DateField(
        _("no longer shown from"),
        null=True,
        blank=True,
        help_text=_("First day without it. Left empty, it stays."),
    )

    text = Bilingual()

    objects = BannerQuerySet.as_manager()

    class Meta:
        verbose_name = _("banner")
        verbose_name_plural = _("banners")
        constraints = [
            models.CheckConstraint(
                condition=Q(shown_until_on__isnull=True) | Q(shown_until_on__gt=F("shown_from_on")),
                name="core_banner_dates_in_order",
                violation_error_message=_("The last date must come after the first."),
            ),
        ]

    def __str__(self) -> str:
        return self.text


class ContentStamp(models.Model):
    """A value that changes with the content it is named after (core.stamps)."""

    name = models.CharField(max_length=40, primary_key=True)
    value = models.CharField(max_length=32)

    def __str__(self) -> str:
        return self.name


class LoadedContent(models.Model):
    """What the content loader wrote, so that it can tell staff's edits from its own (core/loader.py)."""

    key = models.CharField(max_length=200, unique=True)
    fingerprints = models.JSONField(default=dict)
    loaded_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("loaded content")
        verbose_name_plural = _("loaded content")

    def __str__(self) -> str:
        return self.key


class OutgoingMail(Email):  # type: ignore[misc]  # post_office ships no types
    """A mail in the stored queue, under the name that staff know it by."""

    class Meta:
        proxy = True
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mails")


class AuditEntryQuerySet(AppendOnlyQuerySet["AuditEntry"]):
    """Entries of the audit log are written once."""


class AuditEntry(AppendOnlyModel):
    """Something that somebody must be able to account for later (core/audit.py writes it).

    It names people, cases and groups in words and points to no row: it outlives them all. Of complainants it
    holds no more than the reference.
    """

    class Action(models.TextChoices):
        """What happened."""

        SIGNED_IN = "signed_in", _("Signed in")
        CONNECTED = "connected", _("Connected with single sign-on")
        DISCONNECTED = "disconnected", _("Disconnected from single sign-on")
        REFUSED = "refused", _("Sign-in refused")
        CODE_REFUSED = "code_refused", _("Code refused")
        LOCKED = "locked", _("Sign-in locked")
        UNLOCKED = "unlocked", _("Sign-in unlocked")
        SIGNED_OUT = "signed_out", _("Signed out")
        ENDED = "ended", _("Session ended by the portal")
        ENROLLED = "enrolled", _("Second factor set up")
        RENEWED = "renewed", _("Recovery codes renewed")
        RESET = "reset", _("Second factor reset")
        PASSWORD = "password", _("Password changed")
        ACCOUNT_ADDED = "account_added", _("Account added")
        ACCOUNT_CHANGED = "account_changed", _("Rights of an account changed")
        ACCOUNT_DELETED = "account_deleted", _("Account deleted")
        GROUP_ADDED = "group_added", _("Group added")
        GROUP_CHANGED = "group_changed", _("Rights of a group changed")
        GROUP_DELETED = "group_deleted", _("Group deleted")
        EXPORTED = "exported", _("Exported")
        DOWNLOADED = "downloaded", _("File of a complainant downloaded")
        HELD = "held", _("Legal hold requested")
        CONFIRMED = "confirmed", _("Legal hold confirmed")
        LIFTED = "lifted", _("Legal hold lifted")
        ERASED = "erased", _("Personal data erased")

    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)
    action = models.CharField(_("what"), max_length=20, choices=Action)
    actor = models.CharField(
        _("who"), max_length=150, blank=True, help_text=_("Name of the account; empty for the portal itself.")
    )
    subject = models.CharField(_("about"), max_length=200, blank=True)
    network = models.CharField(_("network"), max_length=43, blank=True)
    facts = models.JSONField(_("details"), default=dict, blank=True)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit log entry")
        verbose_name_plural = _("audit log entries")
        ordering = ["-at", "-pk"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.get_action_display()}, {self.subject or self.actor}"


class SignInIdentity(models.Model):
    """Who an account is at the provider of single sign-on: a subject, which never goes to somebody else."""

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, related_name="sign_in_identity", verbose_name=_("account")
    )
    issuer = models.CharField(_("provider"), max_length=255)
    subject = models.CharField(_("identifier at the provider"), max_length=255)
    since = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("single sign-on connection")
        verbose_name_plural = _("single sign-on connections")
        default_permissions = ("view", "add", "delete")
        constraints = [
            models.UniqueConstraint(fields=("issuer", "subject"), name="core_signinidentity_once"),
        ]

    def __str__(self) -> str:
        return self.user.get_username()


UNKNOWN = "?"
"""What the stored name of an account that does not exist begins with; no account can."""


class FailedSignIn(AccessAttempt):  # type: ignore[misc]  # axes ships no types
    """Sign-ins that failed within the last quarter of an hour, under the name that staff know them by."""

    class Meta:
        proxy = True
        verbose_name = _("failed sign-in")
        verbose_name_plural = _("failed sign-ins")
        default_permissions = ("view", "delete")

    def __str__(self) -> str:
        return f"{self.account} – {moment(self.attempt_time)}"

    @property
    def account(self) -> str:
        """The account that was tried; no name where there is none."""
        name: str = self.username or UNKNOWN
        return gettext("no such account") if name.startswith(UNKNOWN) else name
