"""Finds the everyday words that the lookup would take for a place, so that it only suggests one.

The words are those of Django's own translations and of the portal's texts, and a few of travel;
`make gazetteer` runs this. It writes roaming/content/gazetteer/ordinary.txt: keys, one a line, sorted.
"""

import os
import re
import tempfile
from pathlib import Path

from roaming.gazetteer import CONTENT
from roaming.naming import key

LANGUAGES = ("fr", "en", "de", "lb", "pt", "pt_BR", "it", "es", "nl")
SHORTEST = 4
"""Letters of a word that is looked at; shorter ones are codes or too short to be guessed at."""

# fmt: off
OF_TRAVEL = frozenset({
    "tango", "orange", "post", "luxair", "proximus", "vodafone", "telecom", "atlantique", "atlantic",
    "pacifique", "pacific", "sahel", "golfe", "gulf", "friendly", "source", "create", "catalogue",
    "store", "upper", "easier", "coming", "apenas", "median", "généré", "principe", "voyage", "voyages",
    "travel", "reise", "urlaub", "holiday", "vacances", "croisière", "cruise", "bateau", "ferry",
    "avion", "flight", "flug", "vol", "train", "bahn", "hotel", "auberge", "hostel", "camping", "plage",
    "beach", "strand", "montagne", "mountain", "desert", "île", "island", "appel", "appels", "call",
    "calls", "anruf", "facture", "invoice", "rechnung", "forfait", "tarif", "prix", "price", "preis",
    "abonnement", "contrat", "contract", "vertrag", "réseau", "network", "netz", "données", "data",
    "daten", "volume", "minutes", "messages", "internet", "wifi", "roaming", "itinérance", "mobile",
    "mobil", "handy", "téléphone", "phone", "telefon", "carte", "karte", "card", "client", "kunde",
    "customer", "service", "services", "dienst", "entreprise", "business", "société", "company",
    "firma", "bureau", "office", "réunion", "meeting", "congrès", "salon", "foire", "messe", "madame",
    "monsieur", "bonjour", "merci", "hello", "thanks", "danke", "moien", "villa", "vista", "plaza",
    "golf", "casino", "stadium", "arena", "marina", "europa", "eurasie", "occident", "orient",
    "tropiques", "équateur", "polaire", "arctique", "antarctique", "méditerranée", "caraïbes",
    "baltique", "adriatique", "balkans", "alpes", "pyrénées", "ardennes", "sahara", "amazone", "danube",
    "nil", "mékong", "continent", "monde", "world", "welt", "partout", "anywhere", "everywhere",
    "überall", "ailleurs", "étranger", "abroad", "ausland", "frontière", "border", "grenze",
    "frontalier",
})
# fmt: on
"""Words that travellers and customers use and that the texts may not have."""

WORD = re.compile(rf"[^\W\d_]{{{SHORTEST},}}")
PORTAL = Path(__file__).parent.parent


def main() -> None:
    """Write the file, with a database of the company's content in a folder that goes away."""
    target = CONTENT / "ordinary.txt"
    target.write_text("", encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DEBUG": "True", "DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "legalsite.settings"}
        os.environ.pop("DATABASE_URL", None)
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("load_content", verbosity=0)
        words = _words(Path(django.__file__).parent)
        taken = _taken_for_places(words)
    target.write_text("".join(f"{word}\n" for word in sorted(taken)), encoding="utf-8")
    print(f"{len(words)} everyday words, {len(taken)} of them resemble a place")


def _words(django: Path) -> set[str]:
    catalogues = [
        path for language in LANGUAGES for path in django.glob(f"**/locale/{language}/LC_MESSAGES/*.po")
    ]
    texts = [*catalogues, *PORTAL.glob("core/locale/**/*.po"), *PORTAL.glob("documents/content/**/*.md")]
    return {word for path in texts for word in WORD.findall(path.read_text(encoding="utf-8"))} | OF_TRAVEL


def _taken_for_places(words: set[str]) -> set[str]:
    from roaming.lookup import Kind, Reader

    reader = Reader.now()
    sure = (Kind.LISTED, Kind.SEVERAL, Kind.UNLISTED, Kind.HOME)
    return {key(word) for word in words if not reader.finder.known(word) and reader.answer(word).kind in sure}


if __name__ == "__main__":
    main()
