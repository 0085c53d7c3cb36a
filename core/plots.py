"""Charts as SVG, drawn on the server: columns side by side, and horizontal bars.

Each is a figure with its caption, the drawing, and the same numbers as a table. Nothing is styled inline: a
page that shows a chart links static/css/plots.css. The functions are pure: the same data in the same language
give the same text, ids included.
"""

import hashlib
import math
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.template.loader import render_to_string
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.bilingual import reading_language

MOST_SERIES = 4
"""So many fillings plots.css and the template tell apart without colour: plain, hatched, dotted, checked."""

# Lengths are units of the drawing, which are CSS pixels where it is shown at its natural size.
LETTER = 7.0
"""Width to reckon with for a character of a label; the text is 13 high."""
LINE = 16.0
LONGEST_LINE = 14
"""So many characters of a label make room for themselves below the columns; the rest is cut off."""
PLOT_HEIGHT = 220.0
TOP = 24.0
BELOW_AXIS = 20.0
COLUMN = (32.0, 26.0, 20.0, 16.0)
"""How wide a column is, by the number of series."""
COLUMN_GAP = 2.0
GROUP_GAP = 18.0
NARROW = 300.0
"""Width of a drawing that fits a telephone without being scrolled."""
BAR = 18.0
BAR_ROW_GAP = 14.0
VALUE_GAP = 6.0


@dataclass(frozen=True)
class Series:
    """Numbers of one kind, one for each label of the chart."""

    name: str
    values: Sequence[float]


@dataclass(frozen=True)
class Axis:
    """Round numbers from zero to at least the highest value, evenly spaced."""

    ticks: tuple[float, ...]
    decimals: int
    """How many decimals the ticks need."""

    @property
    def end(self) -> float:
        """The number at the end of the axis; above zero."""
        return self.ticks[-1]


@dataclass(frozen=True)
class Mark:
    """A rectangle that stands for one value."""

    tone: int
    x: str
    y: str
    width: str
    height: str
    name: str


@dataclass(frozen=True)
class Text:
    """A piece of text at a point: `kind` is "tick", "label" or "value", `anchor` as in SVG."""

    kind: str
    x: str
    y: str
    anchor: str
    text: str


@dataclass(frozen=True)
class Line:
    """A line of the grid; the one at zero is drawn stronger."""

    x1: str
    y1: str
    x2: str
    y2: str
    zero: bool


@dataclass
class Drawing:
    """What is drawn, in the order of the drawing."""

    width: float
    height: float
    lines: list[Line] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)

    @property
    def size(self) -> tuple[str, str]:
        """Width and height as attributes of the SVG element."""
        return _px(self.width), _px(self.height)

    @property
    def fits(self) -> bool:
        """Whether it can be shown whole on a telephone; a wider one is scrolled there."""
        return round(self.width, 2) <= NARROW

    @property
    def tones(self) -> list[int]:
        """The fillings that are used, from 1."""
        return sorted({mark.tone for mark in self.marks})

    def mark(self, tone: int, x: float, y: float, width: float, height: float, name: str) -> None:
        """Add a rectangle; `name` is read where the pointer rests on it."""
        self.marks.append(Mark(tone, _px(x), _px(y), _px(width), _px(height), name))

    def write(self, kind: str, x: float, y: float, anchor: str, text: str) -> None:
        """Add a text."""
        self.texts.append(Text(kind, _px(x), _px(y), anchor, text))


def columns(
    title: str, unit: str, labels: Sequence[str], series: Sequence[Series], *, key: str = ""
) -> SafeString:
    """Return a chart of columns, in a group for each of `labels`, a column for each of `series`.

    `unit` says what is counted ("complaints") and may be empty. Without labels or series a sentence stands
    in place of the chart. `key` tells apart two charts of one page that are alike in all else; only then need
    it be given. Raises ValueError for more series than MOST_SERIES, for a series that has not one value for
    each label, and for a value that is negative or not finite.
    """
    if len(series) > MOST_SERIES:
        raise ValueError(f"at most {MOST_SERIES} series can be told apart, not {len(series)}")
    # Names may come as lazy translations; what follows measures them.
    labels = [str(label) for label in labels]
    series = [Series(str(each.name), list(each.values)) for each in series]
    for each in series:
        if len(each.values) != len(labels):
            raise ValueError(f"{each.name}: {len(each.values)} values for {len(labels)} labels")
    values = _checked(value for each in series for value in each.values)
    axis = axis_to(values)
    drawing = _drawn_columns(labels, series, axis) if values else None
    return _figure("columns", drawing, str(title), str(unit), labels, series, axis, key)


def bars(title: str, unit: str, rows: Sequence[tuple[str, float]], *, key: str = "") -> SafeString:
    """Return a chart of horizontal bars, one for each label and value of `rows`, in their order.

    `unit`, `key` and the sentence in place of an empty chart are as for `columns`. Raises ValueError for a
    value that is negative or not finite.
    """
    values = _checked(value for _label, value in rows)
    # Beside one another along the axis there is room for five short numbers, or fewer long ones.
    longest = max((len(number(value, Axis((0, 1), 0))) for value in values), default=0)
    axis = axis_to(values, at_most=max(2, min(5, int(NARROW / LETTER / (longest + 4)))))
    labels = [str(label) for label, _value in rows]
    drawing = _drawn_bars(labels, values, axis) if values else None
    return _figure(
        "bars", drawing, str(title), str(unit), labels, [Series(str(unit or title), values)], axis, key
    )


def axis_to(values: Sequence[float], at_most: int = 5) -> Axis:
    """Return the axis for `values`: ticks in steps of 1, 2 or 5 times a power of ten.

    There are at most `at_most` steps, and no fractions where every value is whole. The last tick is the first
    one at or above the highest value.
    """
    highest = max(values, default=0)
    whole = all(float(value).is_integer() for value in values)
    if not highest:
        return Axis((0, 1), 0)
    exponent = math.floor(math.log10(highest / at_most))
    exponent = max(exponent, 0) if whole else exponent
    while True:
        for leading in (1, 2, 5):
            # A division of whole numbers gives 0.3 where a multiplication by 0.1 gives 0.30000000000000004.
            divisor, factor = 10 ** max(-exponent, 0), leading * 10 ** max(exponent, 0)
            steps = math.ceil(highest * divisor / factor)
            if steps <= at_most:
                ticks = tuple(number * factor / divisor for number in range(steps + 1))
                return Axis(ticks, max(-exponent, 0))
        exponent += 1


def number(value: float, axis: Axis) -> str:
    """Return `value` as the reader's language writes numbers, to two decimals or one more than the axis."""
    if float(value).is_integer():
        return number_format(int(value), force_grouping=True)
    written = f"{value:.{max(2, axis.decimals + 1)}f}".rstrip("0").rstrip(".")
    decimals = len(written.partition(".")[2])
    return number_format(written, decimals, force_grouping=True)


def _checked(values: Iterator[float]) -> list[float]:
    found = list(values)
    for value in found:
        if not math.isfinite(value) or value < 0:
            raise ValueError(f"a chart shows numbers from zero up, not {value}")
    return found


def _drawn_columns(labels: Sequence[str], series: Sequence[Series], axis: Axis) -> Drawing:
    ticks = [(tick, number(tick, axis)) for tick in axis.ticks]
    left = max(len(text) for _tick, text in ticks) * LETTER + 2 * VALUE_GAP
    column = COLUMN[len(series) - 1]
    columns_width = len(series) * (column + COLUMN_GAP) - COLUMN_GAP
    longest = max(len(line) for label in labels for line in _halved(label))
    group = max(columns_width, min(longest, LONGEST_LINE) * LETTER) + GROUP_GAP
    # Few groups spread out: the drawing never gets narrower than a telephone.
    group = max(group, (NARROW - left) / len(labels))
    wrapped = _below(labels, group - GROUP_GAP / 2)
    bottom = TOP + PLOT_HEIGHT
    height = bottom + BELOW_AXIS + LINE * max(len(lines) for lines in wrapped) - LINE / 2
    drawing = Drawing(left + group * len(labels), height)
    for tick, text in ticks:
        y = bottom - PLOT_HEIGHT * tick / axis.end
        drawing.lines.append(Line(_px(left), _px(y), _px(drawing.width), _px(y), zero=tick == 0))
        drawing.write("tick", left - VALUE_GAP, y + LINE / 4, "end", text)
    written = [[number(value, axis) for value in each.values] for each in series]
    room = group if len(series) == 1 else column + COLUMN_GAP
    has_room = max(len(text) for texts in written for text in texts) * LETTER <= room
    for place, label in enumerate(labels):
        middle = left + group * (place + 0.5)
        for order, each in enumerate(series):
            x = middle - columns_width / 2 + order * (column + COLUMN_GAP)
            tall = PLOT_HEIGHT * each.values[place] / axis.end
            text = written[order][place]
            name = _("%(label)s, %(series)s: %(value)s") % {
                "label": label,
                "series": each.name,
                "value": text,
            }
            drawing.mark(order + 1, x, bottom - tall, column, tall, name)
            if has_room:
                drawing.write("value", x + column / 2, bottom - tall - VALUE_GAP, "middle", text)
        for row, line in enumerate(wrapped[place]):
            drawing.write("label", middle, bottom + BELOW_AXIS + LINE * row, "middle", line)
    return drawing


def _drawn_bars(labels: Sequence[str], values: Sequence[float], axis: Axis) -> Drawing:
    written = [number(value, axis) for value in values]
    ticks = [(tick, number(tick, axis)) for tick in axis.ticks]
    # To the right of the longest bar stands its value; the last tick reaches half its width beyond the axis.
    beyond = max(max(len(text) for text in written) * LETTER + VALUE_GAP, len(ticks[-1][1]) * LETTER / 2)
    length = NARROW - 1 - beyond
    drawing = Drawing(NARROW, 0)
    y = 0.0
    for label, value, text in zip(labels, values, written, strict=True):
        for line in _wrapped(label, NARROW):
            y += LINE
            drawing.write("label", 0, y - LINE * 0.375, "start", line)
        long = length * value / axis.end
        name = _("%(label)s: %(value)s") % {"label": label, "value": text}
        drawing.mark(1, 1, y, long, BAR, name)
        drawing.write("value", 1 + long + VALUE_GAP, y + BAR * 0.75, "start", text)
        for tick, _text in ticks:
            # Not through the labels: the grid stands behind the bars only.
            across, top, bottom = _px(1 + length * tick / axis.end), _px(y - 2), _px(y + BAR + 2)
            drawing.lines.append(Line(across, top, across, bottom, zero=tick == 0))
        y += BAR + BAR_ROW_GAP
    for tick, text in ticks:
        x = 1 + length * tick / axis.end
        drawing.write("tick", x, y + LINE / 4, "middle" if tick else "start", text)
    drawing.height = y + LINE
    return drawing


def _figure(
    kind: str,
    drawing: Drawing | None,
    title: str,
    unit: str,
    labels: Sequence[str],
    series: Sequence[Series],
    axis: Axis,
    key: str,
) -> SafeString:
    # The id comes from the data, not from a counter: a page made twice is the same to the byte.
    facts = (kind, title, unit, labels, series, reading_language(), key)
    digest = hashlib.sha256(repr(facts).encode()).hexdigest()[:12]
    context = {
        "id": f"plot-{digest}",
        "kind": kind,
        "drawing": drawing,
        "title": title,
        "unit": unit,
        "description": " ".join(_in_words(each, labels, axis) for each in series) if drawing else "",
        "names": [each.name for each in series],
        "legend": list(enumerate((each.name for each in series), start=1)) if len(series) > 1 else [],
        "rows": [
            (label, [number(each.values[place], axis) for each in series])
            for place, label in enumerate(labels)
        ],
    }
    return render_to_string("core/_plot.html", context)


def _in_words(series: Series, labels: Sequence[str], axis: Axis) -> str:
    lowest, highest = min(series.values), max(series.values)
    if lowest == highest:
        return _("%(series)s: %(value)s throughout.") % {
            "series": series.name,
            "value": number(highest, axis),
        }
    return _("%(series)s: lowest %(lowest)s (%(lowest_label)s), highest %(highest)s (%(highest_label)s).") % {
        "series": series.name,
        "lowest": number(lowest, axis),
        "lowest_label": labels[series.values.index(lowest)],
        "highest": number(highest, axis),
        "highest_label": labels[series.values.index(highest)],
    }


def _below(labels: Sequence[str], width: float) -> list[list[str]]:
    """Return the labels below the columns: all in one line or, where one is too long for that, all in two."""
    letters = int(width / LETTER)
    if all(len(label) <= letters for label in labels):
        return [[label] for label in labels]
    return [
        [line if len(line) <= letters else f"{line[: letters - 1]}…" for line in _halved(label)]
        for label in labels
    ]


def _halved(text: str) -> list[str]:
    """Return `text` in two lines, as even as its words allow; a single word in one."""
    words = [word for word in text.split(" ") if word]
    halves = [[" ".join(words[:place]), " ".join(words[place:])] for place in range(1, len(words))]
    return min(halves, key=lambda lines: max(map(len, lines)), default=[text])


def _wrapped(text: str, width: float) -> list[str]:
    """Return `text` in one or two lines that fit into `width`; the table has what is cut off."""
    return textwrap.wrap(text, width=int(width / LETTER), max_lines=2, placeholder="…") or [""]


def _px(length: float) -> str:
    """Return a length for an attribute: never localised, to a hundredth."""
    return f"{length:.2f}".rstrip("0").rstrip(".")
