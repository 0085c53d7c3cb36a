"""Where attachments are stored: files that are there whole, or not at all."""

from typing import IO, Any

from django.core.files.storage import FileSystemStorage


class WholeFiles(FileSystemStorage):
    """Leaves no half of a file behind, as a full disk would. For names that nobody else has."""

    def _save(self, name: str, content: IO[Any]) -> str:
        try:
            return super()._save(name, content)  # type: ignore[misc,no-any-return]  # Django's hook
        except OSError:
            self.delete(name)
            raise
