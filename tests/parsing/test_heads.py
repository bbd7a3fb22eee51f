"""The head of a release: its number, its day of publication and its title."""

from datetime import date

import pytest

from app.parsing import parse_release

D = date
BODY = "On May 3, near Vero, Syria, a strike destroyed a boat."


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("Release # 20190504-02", "20190504-02"),
        ("Release Number 20190504 - 02", "20190504-02"),
        ("RELEASE NUMBER: 20190504–02", "20190504-02"),
        ("Release No. 20190504 — 02", "20190504-02"),
        ("Release Nr 20190504 -02", "20190504-02"),
        ("Release: 20190504-02", "20190504-02"),
        ("Release No: NR-044-19", "NR-044-19"),
        ("Release Number 19-05-04-01", "19-05-04-01"),
        ("Press Release (2019) 044", "(2019)044"),
        ("Statement 14/2019", "14/2019"),
        ("No. 044-19", "044-19"),
    ],
)
def test_a_release_number_has_one_spelling(written: str, number: str) -> None:
    """Whatever dash and spaces a number is written with, the record has plain hyphens without spaces."""
    release = parse_release(f"May 4, 2019\n{written}\n\n{BODY}")
    assert (release.number, release.published_on, release.title) == (number, D(2019, 5, 4), None)


@pytest.mark.parametrize(
    "written",
    [
        "Enquiries: 813-555-0100",
        "Acting under Resolution 2250, Task Force 12 was there.",
        "This corrects Release No. 20190503-01.",
        "Release # 20190504 02",
        "Press release 04/05/2019",
    ],
)
def test_other_numbers_are_no_release_number(written: str) -> None:
    """A telephone number, another release's number, a day and half of a number are none."""
    assert parse_release(f"{written}\n{BODY}").number is None


@pytest.mark.parametrize(
    "written",
    [
        "4 May 2019",
        "Saturday, May 4, 2019",
        "May 4th, 2019",
        "MAY 4, 2019",
        "2019-05-04",
        "041200Z MAY 19",
        "Orta, 4 May 2019",
        "(Orta, 4 May 2019)",
        "ORTA, Fla. – May 4, 2019",
        "Orta – May 4, 2019 – National Defence",
        "Press Release | May 4, 2019",
        "Published 4 May 2019",
        "Posted: Sat, May 4, 2019 | Modified: May 9, 2019 | Printed: June 1, 2022",
        "Last updated: 9 May 2019\nFirst published: 4 May 2019",
        "Published\n4 May 2019\nUpdated\n9 May 2019",
        "This statement was released on May 4, 2019.",
        "This page was archived by a library on June 1, 2022.\n\nMay 4, 2019",
        "Summary of strikes on May 3, 2019\nMay 4, 2019",
        "Strike summary, April 28 - May 3, 2019\n\nMay 4, 2019",
    ],
)
def test_day_of_publication(written: str) -> None:
    """A dateline, a day on a line of its own and "Published" give the day of publication, and the strikes theirs."""
    release = parse_release(f"{written}\n\n{BODY}")
    assert release.published_on == D(2019, 5, 4)
    assert [line.date_from for line in release.lines] == [D(2019, 5, 3)]


@pytest.mark.parametrize(
    "written",
    [
        "Updated 4 May 2019",
        "Captured 4 May 2019",
        "Archived on 4 May 2019",
        "Last updated\n4 May 2019",
        "As of 4 May 2019",
        "Summary of strikes on May 3, 2019",
        "Strikes, May 3, 2019",
        "04/05/2019",
        "Orta, le 4 mai 2019",
        "He was released on May 1, 2019, from prison.",
        "The operation began on May 1, 2014.",
        "3 May 2019 – A jet flew over Orta.",
    ],
)
def test_other_days_are_not_of_publication(written: str) -> None:
    """Days of capture, in titles and in sentences, and a day that can be either of two, are none."""
    assert parse_release(f"{written}\n\n{BODY}").published_on is None


def test_the_day_of_a_strike_is_not_of_publication() -> None:
    """A short sentence with its day gives no day of publication."""
    release = parse_release("Near Vero, Syria, a strike destroyed a boat on May 3, 2019.")
    assert release.published_on is None
    assert release.lines[0].date_from == D(2019, 5, 3)


@pytest.mark.parametrize(
    ("opening", "following"),
    [
        ("ORTA, Fla. (May 4, 2019) — ", ""),
        ("Orta, Rajab 23, 1440, May 4, 2019, ABC -- ", ""),
        ("ORTA, May 4, 2019 (AB) — ", ""),
        ("ORTA, ", "May 4, 2019 - "),
    ],
)
def test_yesterday_behind_a_dateline(opening: str, following: str) -> None:
    """The dateline's day is that of publication, and "yesterday" is the day before."""
    text = f"{opening}{following}Near Vero, Syria, two strikes yesterday destroyed a boat."
    release = parse_release(text)
    assert (release.published_on, release.lines[0].date_from) == (D(2019, 5, 4), D(2019, 5, 3))


def test_a_diary_is_no_dateline() -> None:
    """Where days head the sentences of a text, none of them is that of publication."""
    assert parse_release(f"May 3, 2019\n{BODY}\n\nMay 5, 2019\nThere were no strikes.").published_on is None


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("U.S. Africa Command conducts airstrike in support of\nthe Government", None),
        ("Coalition jets hit oil\nsites in Syria", None),
        ("NATO and Libya: operational media update", None),
        ("Summary of strikes on May 3, 2019", None),
        ("Losses on 3 May 2019:", "Losses on 3 May 2019"),
        ("FOR IMMEDIATE RELEASE\nNews story\nRAF strikes tunnel complex", "RAF strikes tunnel complex"),
        ("Jets hit ISIL in Orta\nABC News, Media Activity", "Jets hit ISIL in Orta"),
        ("Home > News\nCommand destroys missiles", "Command destroys missiles"),
    ],
)
def test_a_title_is_found_whole(written: str, title: str | None) -> None:
    """Titles of every force are found, over two lines too, without the labels of the page."""
    expected = title or " ".join(written.split())
    assert parse_release(f"{written}\n\nMay 4, 2019\n\n{BODY}").title == expected


@pytest.mark.parametrize(
    "written",
    [
        "Of these strikes, 20 were in Iraq, with 78 engagements",
        "During the month, attack aircraft flew against\nmilitants every day.",
        "tanks - 12 (+3),\nboats - 4 (+0),",
        "Effect | Category | Count\nDestroyed | Boats | 7",
        "Photo: A coalition jet returns to Orta",
        "A jet in support of the operation. (U.S. Navy photo)",
        "Share this release of the coalition",
        "Combined Joint Task Force - Operation Sure Hand",
        "1. Coalition strikes near Orta",
        "- Coalition strikes near Orta",
        "In the region with the coalition's forces",
    ],
)
def test_what_is_no_title(written: str) -> None:
    """Half a sentence, a row, a caption, a bullet, boilerplate and the publisher's name are no title."""
    assert parse_release(f"{written}\n\n{BODY}").title is None
