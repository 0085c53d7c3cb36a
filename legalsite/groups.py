"""The groups of staff and what each may do."""

from django.contrib.auth.models import Group, Permission
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core import audit
from core.loader import ContentLoader


def all_of(*models: str) -> list[str]:
    """Return the permissions to see, add, change and delete each of `models` ("app.model")."""
    return [permission for model in models for permission in _named(model, "view", "add", "change", "delete")]


def view(*models: str) -> list[str]:
    """Return the permission to see each of `models`."""
    return [permission for model in models for permission in _named(model, "view")]


def _named(model: str, *verbs: str) -> list[str]:
    app, name = model.split(".")
    return [f"{app}.{verb}_{name}" for verb in verbs]


TEXTS = ("documents.section", "documents.document", "documents.version", "documents.edition")
ROAMING = ("roaming.zone", "roaming.destination", "roaming.listing", "roaming.alias")
CASES = (
    "complaints.complaint",
    "complaints.event",
    "complaints.message",
    "complaints.attachment",
    "complaints.pastexamination",
    "complaints.hold",
    "core.outgoingmail",
)

REQUESTS = ("privacy.request", "privacy.event", "privacy.connection", "privacy.letter")

GROUPS: dict[str, list[str]] = {
    "Editors": [
        *all_of(*TEXTS, *ROAMING, "core.banner"),
        *view("core.contactdetails", "complaints.template"),
        "complaints.change_template",
        "core.change_contactdetails",
    ],
    "Approvers": [*view(*TEXTS), "documents.publish_version"],
    "Complaint handlers": [
        *view(*CASES, "complaints.template"),
        "complaints.change_complaint",
        "complaints.export_complaint",
        "complaints.add_hold",
    ],
    "Data protection": [
        *view(*CASES, "documents.document", "documents.version", "documents.edition"),
        "complaints.add_hold",
        "complaints.change_hold",
        *view(*REQUESTS),
        "privacy.change_request",
        "privacy.export_held",
        "privacy.erase_held",
    ],
    "Auditors": view(
        *TEXTS,
        *ROAMING,
        *CASES,
        *REQUESTS,
        "core.contactdetails",
        "core.banner",
        "auth.user",
        "auth.group",
        "admin.logentry",
        "core.auditentry",
    ),
}

NAMES: dict[str, Promise] = {
    "Editors": _("Editors"),
    "Approvers": _("Approvers"),
    "Complaint handlers": _("Complaint handlers"),
    "Data protection": _("Data protection"),
    "Auditors": _("Auditors"),
}
"""What the screen calls the groups; their rows keep the English name, by which the loader knows them."""


def shown_name(group: Group) -> str:
    """Return the name of a group in the reader's language, or as staff gave it."""
    return str(NAMES.get(group.name, group.name))


def load(loader: ContentLoader) -> None:
    """Create the groups with their permissions; a group whose permissions staff changed stays as it is."""
    for name, wanted in GROUPS.items():
        group = Group.objects.filter(name=name).first()
        current = None
        if group is not None:
            held = group.permissions.values_list("content_type__app_label", "codename")
            current = {"permissions": sorted(f"{app}.{codename}" for app, codename in held)}
        _verdict, write = loader.changes(
            f"auth.group:{name}", current, {"permissions": sorted(wanted)}, untouched={"permissions": []}
        )
        if write:
            group = group or Group.objects.create(name=name)
            group.permissions.set(_permissions(wanted))
            audit.record(audit.Action.GROUP_CHANGED, by=None, about=name)


def _permissions(names: list[str]) -> list[Permission]:
    by_name = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    return [by_name[name] for name in names]
