"""A line is found in a file where it lies, and nothing beside it."""

from pathlib import Path

import pytest

from roaming.gazetteer import CONTENT
from roaming.sorted_lines import BLOCK, SortedLines


@pytest.fixture
def numbers(tmp_path: Path) -> Path:
    """A file of even numbers in words of digits, some lines longer than half a block."""
    path = tmp_path / "numbers.tsv"
    lines = (f"{number:06}\t{'x' * (number % 3_000)}\n" for number in range(2, 6_000, 2))
    path.write_text("".join(lines), encoding="utf-8")
    return path


def test_each_line_is_found_and_what_lies_between_is_not(numbers: Path) -> None:
    assert numbers.stat().st_size > 100 * BLOCK
    lines = SortedLines(numbers)
    for number in range(2, 6_000, 2):
        assert lines.find(f"{number:06}") == "x" * (number % 3_000)
        assert lines.find(f"{number + 1:06}") is None
    assert [lines.find(key) for key in ("", "000001", "00000", "0000020", "9", "é")] == [None] * 6


def test_every_name_of_the_gazetteer_is_found() -> None:
    path = CONTENT / "places.tsv"
    lines = SortedLines(path)
    for line in path.read_text(encoding="utf-8").splitlines()[::7]:
        key, _tab, rest = line.partition("\t")
        assert lines.find(key) == rest


@pytest.mark.parametrize(("content", "found"), [("", None), ("a\t1\n", "1"), ("a\t1\nb\t2\n", "1")])
def test_a_small_file(tmp_path: Path, content: str, found: str | None) -> None:
    path = tmp_path / "small.tsv"
    path.write_text(content, encoding="utf-8")
    lines = SortedLines(path)
    assert lines.find("a") == found
    assert lines.find("c") is None
    assert lines.find("") is None


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        SortedLines(tmp_path / "none.tsv")
