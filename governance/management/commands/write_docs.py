"""Write the generated pages of docs/reference/, or check that they are current."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from governance import docs


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail when a page is not current")

    def handle(self, *args, **options) -> None:
        folder = Path(settings.BASE_DIR) / "docs" / "reference"
        old = []
        for name, make in docs.PAGES.items():
            path, text = folder / name, make()
            if path.exists() and path.read_text() == text:
                continue
            old.append(name)
            if not options["check"]:
                folder.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        if old and options["check"]:
            raise CommandError(f"not current: {', '.join(old)}. Run ./dev manage write_docs")
        self.stdout.write(f"written: {', '.join(old)}" if old and not options["check"] else "all current")
