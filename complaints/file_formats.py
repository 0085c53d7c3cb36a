"""What the files of a complaint look like inside: each kind told from others and from damage.

Nothing is rendered and nothing in a file is run. The limits bound the time and memory that hostile ones take.
"""

import io
import re
import struct
import zipfile
import zlib

MAX_PIXELS = 250_000_000
"""Of a picture: more than any telephone takes, and about 1 GB when a reader opens it."""

MAX_SEGMENTS = 5_000
"""Of a JPEG; one holds up to 64 KB, and a photograph has some dozens."""

MAX_CHUNKS = 50_000
"""Of a PNG; they are usually of 8 KB or more."""

MAX_ENTRIES = 5_000
"""Files inside a DOCX or XLSX."""

MAX_UNPACKED = 100 * 1024 * 1024
"""Of all files inside a DOCX or XLSX together, in bytes."""

MAX_CONTENT_TYPES = 1024 * 1024
"""Of [Content_Types].xml, unpacked, in bytes."""

MAX_HEADERS = 256 * 1024
"""Of the header of an e-mail, in bytes; long lists of recipients and signatures come to some 50 KB."""

BLOCK = 64 * 1024
"""Bytes unpacked at once."""


class Unfit(Exception):
    """A file is not accepted; the argument is a word of complaints.uploads.PROBLEMS."""


def check_pdf(content: bytes) -> None:
    """Raise Unfit unless a PDF begins at the first byte (ISO 32000-2, 7.5.2) and ends (7.5.5).

    The end mark is looked for in the last 1,024 bytes, as readers do.
    """
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-1024:]:
        raise Unfit("content")


JPEG_MARKER = re.compile(rb"\xff+([\x01-\xfe])")
AFTER_SCAN = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
"""The next marker after compressed data, in which 00 or a restart marker follows FF (T.81, F.1.2.3)."""

FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
ALONE = {0x01, *range(0xD0, 0xD9)}
END_OF_IMAGE, SCAN = 0xD9, 0xDA


def check_jpeg(content: bytes) -> None:
    """Raise Unfit unless the file begins with a whole JPEG (ITU-T T.81, annex B).

    What follows its end is left alone: telephones put previews, depth maps and short films there.
    """
    if not content.startswith(b"\xff\xd8"):
        raise Unfit("content")
    at, frame, scan = 2, False, False
    for _segment in range(MAX_SEGMENTS):
        marker = JPEG_MARKER.match(content, at)
        code = marker[1][0] if marker else 0
        if marker is None or code in ALONE:
            raise Unfit("content")
        if code == END_OF_IMAGE:
            if not (frame and scan):
                raise Unfit("content")
            return
        at = marker.end()
        length = int.from_bytes(content[at : at + 2])
        if length < 2 or at + length > len(content):
            raise Unfit("content")
        if code in FRAMES:
            check_frame(content[at : at + length])
            frame = True
        at += length
        if code == SCAN:
            scan = True
            following = AFTER_SCAN.search(content, at)
            at = following.start() if following else len(content)
    raise Unfit("too_complex")


def check_frame(header: bytes) -> None:
    """Raise Unfit unless a JPEG's frame header (T.81, B.2.2) is one, of a picture that can be opened."""
    if len(header) < 8:
        raise Unfit("content")
    _length, _precision, height, width, components = struct.unpack_from(">HBHHB", header)
    if not components or len(header) != 8 + 3 * components:
        raise Unfit("content")
    check_pixels(width, height)


def check_pixels(width: int, height: int) -> None:
    """Raise Unfit for a picture without pixels or with too many."""
    if not width or not height:
        raise Unfit("content")
    if width * height > MAX_PIXELS:
        raise Unfit("too_complex")


PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_DEPTHS = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}
"""For each colour type, the bit depths it may have (PNG, third edition, table 8)."""


def check_png(content: bytes) -> None:
    """Raise Unfit unless the file is one whole PNG and nothing more (W3C PNG, third edition, 5).

    Some programs leave the parts that a user cropped away after the end: refusing them keeps them private.
    """
    if not content.startswith(PNG_SIGNATURE):
        raise Unfit("content")
    view, at, data = memoryview(content), len(PNG_SIGNATURE), False
    for number in range(MAX_CHUNKS):
        if at + 12 > len(content):
            raise Unfit("content")
        length, kind = struct.unpack_from(">I4s", content, at)
        end = at + 12 + length
        if end > len(content) or not kind.isalpha() or (kind == b"IHDR") != (number == 0):
            raise Unfit("content")
        if zlib.crc32(view[at + 4 : end - 4]) != int.from_bytes(view[end - 4 : end]):
            raise Unfit("content")
        if number == 0:
            check_image_header(content[at + 8 : end - 4])
        data = data or kind == b"IDAT"
        if kind == b"IEND":
            if length or not data or content[end:].strip(b"\0"):
                raise Unfit("content")
            return
        at = end
    raise Unfit("too_complex")


def check_image_header(header: bytes) -> None:
    """Raise Unfit unless a PNG's IHDR (11.2.1) says what it may, of a picture that can be opened."""
    if len(header) != 13:
        raise Unfit("content")
    width, height, depth, colour, compression, filtering, interlace = struct.unpack(">IIBBBBB", header)
    if depth not in PNG_DEPTHS.get(colour, ()) or compression or filtering or interlace > 1:
        raise Unfit("content")
    check_pixels(width, height)


NOT_TEXT = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
"""Control characters other than tab, line ends and form feed."""


def check_text(content: bytes) -> None:
    """Raise Unfit unless the file is text: UTF-8, UTF-16 with its mark (RFC 2781, 3.2) or Windows-1252."""
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not NOT_TEXT.search(text):
            return
        break
    raise Unfit("content")


BLANK_LINE = re.compile(rb"\r?\n\r?\n")
FIELD_NAME = re.compile(rb"([!-9;-~]+)[ \t]*:")
NOT_HEADER = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def check_mail(content: bytes) -> None:
    """Raise Unfit unless the file begins with the header of an e-mail (RFC 5322, 2.2 and 3.6).

    It names who or what it came from, and its date or subject. Only the header is read, not the parts: so
    it makes no difference how many there are or how they nest.
    """
    head = content.removeprefix(b"\xef\xbb\xbf")[: MAX_HEADERS + 1]
    if blank := BLANK_LINE.search(head):
        head = head[: blank.start()]
    elif len(head) > MAX_HEADERS:
        raise Unfit("content")
    names = set()
    for number, line in enumerate(head.removesuffix(b"\n").split(b"\n")):
        field = FIELD_NAME.match(line)
        if NOT_HEADER.search(line):
            raise Unfit("content")
        if field:
            names.add(field[1].lower())
        # Continued lines (2.2.3), and the line before each message in mailbox files (RFC 4155).
        elif not (line.startswith((b" ", b"\t")) and names) and not (
            number == 0 and line.startswith(b"From ")
        ):
            raise Unfit("content")
    if not names & {b"from", b"sender", b"received"} or not names & {b"date", b"subject"}:
        raise Unfit("content")


END_OF_DIRECTORY = b"PK\x05\x06"


def ends_as_zip(content: bytes) -> bool:
    """Tell whether programs that look for a ZIP from the end find one (APPNOTE.TXT 6.3.10, 4.3.16)."""
    start = max(0, len(content) - 22 - 0xFFFF)
    at = content.rfind(END_OF_DIRECTORY, start)
    while at >= 0:
        if at + 22 <= len(content):
            (size,) = struct.unpack_from("<I", content, at + 12)
            if 0 < size <= at and content.startswith(b"PK\x01\x02", at - size):
                return True
            if at >= 20 and content.startswith(b"PK\x06\x07", at - 20):  # ZIP64 (4.3.15)
                return True
        at = content.rfind(END_OF_DIRECTORY, start, at)
    return False


COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
"""The name of the stream in which Office keeps a file with a password (MS-OFFCRYPTO, 2.3.4.1)."""

PATH_TRICK = re.compile(r"^/|^[a-z]:|//|\\|\0|(^|/)\.\.?(/|$)")
MACROS = re.compile(r"vbaproject|vbadata\.xml|/macrosheets/")
MACRO_TYPES = re.compile(rb"macroenabled|vbaproject|macrosheet")
ENCRYPTED = 0x1 | 0x40 | 0x2000
"""Flags of ZIP entries (APPNOTE.TXT 6.3.10, 4.4.4): encrypted, strongly, with its directory."""

BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
    OverflowError,
    struct.error,
)
"""What zipfile raises for damaged files."""


def check_document(content: bytes) -> None:
    """Raise Unfit unless the file is a DOCX; programs number the main part at times."""
    _check_package(content, re.compile(r"word/document\d*\.xml"))


def check_workbook(content: bytes) -> None:
    """Raise Unfit unless the file is an XLSX."""
    _check_package(content, re.compile(r"xl/workbook\d*\.xml"))


def _check_package(content: bytes, main: re.Pattern[str]) -> None:
    """Raise Unfit unless the file is an office package with a part `main` (ECMA-376-2, annex B).

    It must be one ZIP from the first byte to the last, without macros and password. No XML is parsed.
    """
    if content.startswith(COMPOUND_FILE):
        raise Unfit("encrypted" if ENCRYPTED_STREAM in content else "content")
    if not content.startswith(b"PK\x03\x04") or content[-22:-18] != END_OF_DIRECTORY:
        raise Unfit("content")
    # Before zipfile reads them, and whatever number the directory gives.
    if content.count(b"PK\x01\x02") > MAX_ENTRIES:
        raise Unfit("too_complex")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            _check_directory(package)
            _check_parts(package, main)
            _unpack(package)
    except BROKEN:
        raise Unfit("content") from None


def _check_directory(package: zipfile.ZipFile) -> None:
    """Raise Unfit unless the entries lie one after the other and only have what a package may have."""
    end = 0
    for entry in sorted(package.infolist(), key=lambda entry: entry.header_offset):
        if entry.flag_bits & ENCRYPTED:
            raise Unfit("encrypted")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Unfit("content")
        # Entries that share data unpack to far more than they hold; before the first, another file can lie.
        if entry.header_offset < end or (end == 0 and entry.header_offset):
            raise Unfit("content")
        end = entry.header_offset + 30 + entry.compress_size
    if end > package.start_dir:
        raise Unfit("content")


def _check_parts(package: zipfile.ZipFile, main: re.Pattern[str]) -> None:
    """Raise Unfit unless the parts are those of a package without macros.

    No two names differ by case alone (ECMA-376-2, 6.2.2).
    """
    parts = {entry.orig_filename.lower(): entry for entry in package.infolist()}
    types = parts.get("[content_types].xml")
    if len(parts) < len(package.infolist()) or any(PATH_TRICK.search(name) for name in parts):
        raise Unfit("content")
    if types is None or not any(main.fullmatch(name) for name in parts):
        raise Unfit("content")
    if types.file_size > MAX_CONTENT_TYPES:
        raise Unfit("too_complex")
    # Without NUL, UTF-16 reads as ASCII does.
    declared = package.read(types).replace(b"\0", b"").lower()
    if any(MACROS.search(name) for name in parts) or MACRO_TYPES.search(declared):
        raise Unfit("macros")


def _unpack(package: zipfile.ZipFile) -> None:
    """Raise Unfit for entries that are damaged (zipfile's own errors) or unpack to more than MAX_UNPACKED."""
    left = MAX_UNPACKED
    if sum(entry.file_size for entry in package.infolist()) > left:
        raise Unfit("too_complex")
    # zipfile gives no more than the size an entry states; it is counted all the same.
    for entry in package.infolist():
        with package.open(entry) as unpacked:
            while block := unpacked.read(BLOCK):
                left -= len(block)
                if left < 0:
                    raise Unfit("too_complex")
