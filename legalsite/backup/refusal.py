"""What stops a backup or a restore."""


class BackupRefused(Exception):
    """A backup or a restore cannot be done, or must not; its text is a sentence for the operator."""
