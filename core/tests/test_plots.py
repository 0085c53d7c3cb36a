"""Charts: what is drawn, what it says, and the table below it."""

import re
from collections.abc import Callable, Sequence
from typing import cast
from xml.etree import ElementTree

import pytest
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy
from hypothesis import given, settings
from hypothesis import strategies as st

from core.plots import MOST_SERIES, PLOT_HEIGHT, Series, axis_to, bars, columns

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = """<script>alert("x")</script> & 'more'"""

values = st.one_of(
    st.integers(min_value=0, max_value=10**9).map(float),
    st.floats(min_value=0.001, max_value=1e9, allow_nan=False),
    st.just(0.0),
)
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=30)


def figure(text: SafeString) -> ElementTree.Element:
    """Return the chart, read as XML."""
    # Nothing here comes from outside.
    return ElementTree.fromstring(text)  # noqa: S314


def marks(text: SafeString) -> list[ElementTree.Element]:
    drawing = figure(text).find(f".//{SVG}svg[@role='img']")
    assert drawing is not None
    return drawing.findall(f"{SVG}rect")


def lengths(text: SafeString, side: str) -> list[float]:
    return [float(mark.attrib[side]) for mark in marks(text)]


def drawn(text: SafeString, kind: str) -> list[str]:
    """Return the texts of a kind ("tick", "label" or "value") in the drawing."""
    return [
        each.text or ""
        for each in figure(text).iter(f"{SVG}text")
        if each.attrib["class"] == f"plot__text plot__text--{kind}"
    ]


def table(text: SafeString) -> list[list[str]]:
    return [[cell.text or "" for cell in row] for row in figure(text).iter("tr")]


def two_months() -> SafeString:
    return columns(
        "Complaints by month",
        "complaints",
        ["January 2026", "February 2026"],
        [Series("Received", [4, 12]), Series("Closed", [2, 0])],
    )


def three_kinds() -> SafeString:
    return bars("Complaints by kind", "complaints", [("Billing", 8), ("Network", 4), ("Other", 0)])


@pytest.mark.parametrize("chart", [two_months, three_kinds])
def test_a_figure_with_caption_drawing_and_table(chart: Callable[[], SafeString]) -> None:
    text = chart()
    root = figure(text)
    assert root.tag == "figure"
    assert root[0].tag == "figcaption"
    drawing = root.find(f".//{SVG}svg[@role='img']")
    assert drawing is not None
    title, description = drawing.attrib["aria-labelledby"].split()
    named = {each.attrib["id"]: each for each in root.iter() if "id" in each.attrib}
    assert named[title].tag == f"{SVG}title"
    assert named[description].tag == f"{SVG}desc"
    assert root.find(".//details/summary") is not None
    caption = root.find(".//table/caption")
    assert caption is not None
    assert caption.text
    assert {each.attrib["scope"] for each in root.iter("th")} == {"row", "col"}


def test_columns_are_as_high_as_their_values() -> None:
    # The axis ends at 15: steps of 5.
    assert lengths(two_months(), "height") == pytest.approx(
        [PLOT_HEIGHT * value / 15 for value in (4, 2, 12, 0)], abs=0.01
    )
    bottoms = {
        round(float(mark.attrib["y"]) + float(mark.attrib["height"]), 1) for mark in marks(two_months())
    }
    assert len(bottoms) == 1


def test_bars_are_as_long_as_their_values() -> None:
    first, second, third = lengths(three_kinds(), "width")
    assert first == pytest.approx(2 * second, abs=0.02)
    assert third == 0


def test_the_table_holds_the_numbers() -> None:
    assert table(two_months()) == [
        ["", "Received", "Closed"],
        ["January 2026", "4", "2"],
        ["February 2026", "12", "0"],
    ]
    assert table(three_kinds()) == [["", "complaints"], ["Billing", "8"], ["Network", "4"], ["Other", "0"]]


def test_values_and_ticks_are_written() -> None:
    assert drawn(two_months(), "value") == ["4", "2", "12", "0"]
    assert drawn(two_months(), "tick") == ["0", "5", "10", "15"]
    assert drawn(two_months(), "label") == ["January 2026", "February 2026"]
    assert drawn(three_kinds(), "value") == ["8", "4", "0"]


def test_values_without_room_are_left_to_the_table() -> None:
    chart = columns("T", "", ["a", "b"], [Series("x", [123456, 1]), Series("y", [2, 3])])
    assert drawn(chart, "value") == []
    assert ["a", "123\u202f456", "2"] in table(chart)


def test_labels_go_all_on_one_line_or_all_on_two() -> None:
    months = ["janv. 2026", "mai 2026", "déc. 2026"]
    short = columns("T", "", months, [Series("x", [1, 2, 3])])
    assert drawn(short, "label") == months
    year = columns("T", "", months * 4, [Series("x", [1] * 12)])
    assert drawn(year, "label")[:6] == ["janv.", "2026", "mai", "2026", "déc.", "2026"]
    long = columns("T", "", ["Anticonstitutionnellement"] * 4, [Series("x", [1] * 4)])
    assert all(label.endswith("…") for label in drawn(long, "label"))


def test_series_differ_by_filling_and_not_by_colour_alone() -> None:
    series = [Series(f"s{number}", [1]) for number in range(MOST_SERIES)]
    chart = columns("T", "", ["a"], series)
    patterns = [each.attrib["id"] for each in figure(chart).iter(f"{SVG}pattern")]
    fills = [mark.attrib.get("fill") for mark in marks(chart)]
    assert fills == [None, *(f"url(#{name})" for name in patterns)]
    shapes = {
        tuple((each.tag, tuple(each.attrib.items())) for each in pattern)
        for pattern in figure(chart).iter(f"{SVG}pattern")
    }
    assert len(shapes) == MOST_SERIES - 1
    legend = figure(chart).find("ul")
    assert legend is not None
    assert ["".join(item.itertext()).strip() for item in legend] == [each.name for each in series]


def test_one_series_needs_no_legend() -> None:
    assert figure(columns("T", "", ["a"], [Series("x", [1])])).find("ul") is None


def test_numbers_are_written_as_the_reader_does() -> None:
    rows = [("a", 1234.5), ("b", 0.25), ("c", 1 / 3), ("d", 1_000_000)]
    with translation.override("fr"):
        assert [row[1] for row in table(bars("T", "u", rows))] == [
            "u", "1\u202f234,5", "0,25", "0,33", "1\u202f000\u202f000",
        ]  # fmt: skip
    with translation.override("en"):
        chart = bars("T", "u", rows)
        assert [row[1] for row in table(chart)] == ["u", "1,234.5", "0.25", "0.33", "1,000,000"]
        assert drawn(chart, "tick")[-1] == "1,000,000"


def test_lengths_are_never_localised() -> None:
    with translation.override("fr"):
        chart = columns("T", "", ["a", "b", "c"], [Series("x", [1, 2, 7])])
    for mark in marks(chart):
        assert all(re.fullmatch(r"[\d.]+", mark.attrib[side]) for side in ("x", "y", "width", "height"))


@pytest.mark.parametrize(
    "chart",
    [
        columns("Title", "u", [], []),
        columns("Title", "u", ["a"], []),
        columns("Title", "u", [], [Series("x", [])]),
        bars("Title", "u", []),
    ],
)
def test_nothing_is_a_sentence(chart: SafeString) -> None:
    root = figure(chart)
    assert root.find(f".//{SVG}svg") is None
    assert root.find(".//table") is None
    assert root.findtext("p")
    assert root.findtext("figcaption/strong") == "Title"


@pytest.mark.parametrize("numbers", [[0], [0, 0, 0], [1], [1_000_000, 1], [1e6, 999_999.5], [0.004]])
def test_extremes_stay_within_the_drawing(numbers: Sequence[float]) -> None:
    labels = [f"label {place}" for place, _value in enumerate(numbers)]
    for chart in (
        columns("T", "u", labels, [Series("x", numbers)]),
        bars("T", "u", list(zip(labels, numbers, strict=True))),
    ):
        drawing = figure(chart).find(f".//{SVG}svg[@role='img']")
        assert drawing is not None
        width, height = float(drawing.attrib["width"]), float(drawing.attrib["height"])
        assert drawing.attrib["viewBox"] == f"0 0 {drawing.attrib['width']} {drawing.attrib['height']}"
        for mark in marks(chart):
            assert (
                0 <= float(mark.attrib["x"]) <= float(mark.attrib["x"]) + float(mark.attrib["width"]) <= width
            )
            assert (
                0
                <= float(mark.attrib["y"])
                <= float(mark.attrib["y"]) + float(mark.attrib["height"])
                <= height
            )


@pytest.mark.parametrize("value", [-1, float("nan"), float("inf")])
def test_what_cannot_be_shown_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="from zero up"):
        bars("T", "u", [("a", value)])
    with pytest.raises(ValueError, match="from zero up"):
        columns("T", "u", ["a"], [Series("x", [value])])


def test_series_that_do_not_match_are_refused() -> None:
    with pytest.raises(ValueError, match="2 values for 1 labels"):
        columns("T", "u", ["a"], [Series("x", [1, 2])])
    with pytest.raises(ValueError, match="told apart"):
        columns("T", "u", ["a"], [Series("x", [1])] * (MOST_SERIES + 1))


def test_everything_is_escaped() -> None:
    for chart in (
        columns(HOSTILE, HOSTILE, [HOSTILE], [Series(HOSTILE, [1]), Series(HOSTILE, [2])]),
        bars(HOSTILE, HOSTILE, [(HOSTILE, 1)]),
        bars(HOSTILE, HOSTILE, []),
    ):
        assert "<script" not in chart
        assert figure(chart).findtext("figcaption/strong") == HOSTILE


def test_nothing_is_styled_or_scripted_inline() -> None:
    for chart in (two_months(), three_kinds()):
        assert not [
            name for each in figure(chart).iter() for name in each.attrib if re.match("style|on", name)
        ]
        assert "<style" not in chart


def test_ids_are_unique_on_a_page_and_the_same_each_time() -> None:
    page = [two_months(), three_kinds(), bars("T", "u", [("a", 1)]), bars("T", "u", [("a", 1)], key="again")]
    ids = [each.attrib["id"] for chart in page for each in figure(chart).iter() if "id" in each.attrib]
    assert len(ids) == len(set(ids))
    assert two_months() == two_months()


def test_lazy_translations_are_read_once() -> None:
    def chart() -> SafeString:
        name = cast(str, gettext_lazy("Complaints"))
        return columns(name, name, [name], [Series(name, [1])])

    with translation.override("fr"):
        assert chart() == chart()
        assert table(chart()) == [["", "Réclamations"], ["Réclamations", "1"]]


def test_only_what_is_scrolled_takes_the_focus() -> None:
    assert figure(three_kinds()).find("div[@tabindex]") is None
    year = columns("T", "u", [f"month {number}" for number in range(12)], [Series("x", [1] * 12)] * 2)
    frame = figure(year).find("div[@tabindex='0']")
    assert frame is not None
    assert frame.attrib["aria-labelledby"] == figure(year)[0].attrib["id"]


@given(st.lists(values, min_size=1), st.integers(min_value=1, max_value=10))
def test_ticks_are_round_even_and_enough(numbers: list[float], at_most: int) -> None:
    ticks = axis_to(numbers, at_most).ticks
    assert ticks[0] == 0
    assert 2 <= len(ticks) <= at_most + 1
    assert ticks[-1] >= max(numbers)
    assert ticks[-2] < max(numbers) or max(numbers) == 0
    assert ticks == pytest.approx([ticks[1] * place for place in range(len(ticks))])
    assert re.fullmatch(r"[125]e[+-]\d+", f"{ticks[1]:.10e}".replace(".0000000000", ""))
    if all(number.is_integer() for number in numbers):
        assert all(float(tick).is_integer() for tick in ticks)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(texts, values), max_size=8), texts, texts)
def test_any_data_makes_well_formed_charts(rows: list[tuple[str, float]], title: str, unit: str) -> None:
    labels, numbers = [label for label, _value in rows], [value for _label, value in rows]
    for chart in (
        bars(title, unit, rows),
        columns(title, unit, labels, [Series(title, numbers), Series(unit, numbers)]),
    ):
        assert len(table(chart)) == (len(rows) + 1 if rows else 0)
