"""Hypothesis strategies for releases of every family, with the facts that a reader must find in them.

A report is a list of strikes; a family writes it as units (a sentence or a bullet, with what belongs to it), so that
tests can join, split, reorder and interrupt them. Places are invented, countries are real.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

from hypothesis import strategies as st

from app.parsing import ParsedRelease, parse_release
from app.vocabulary.effects import VERBS

PUBLISHED = date(2018, 8, 25)
COUNTRIES = {
    "AF": "Afghanistan",
    "IQ": "Iraq",
    "LY": "Libya",
    "ML": "Mali",
    "SO": "Somalia",
    "SY": "Syria",
    "YE": "Yemen",
}
PLACES = [
    "Vero",
    "Tal Orta",
    "Al Bela",
    "Mira",
    "Dayr az Sona",
    "Abu Kesh",
    "Kunyo Lar",
    "Ras Hebba",
    "Ulmat",
]
NOUNS = {
    "hut": "huts",
    "fighting position": "fighting positions",
    "command and control node": "command and control nodes",
    "front-end loader": "front-end loaders",
    "weapons cache": "weapons caches",
    "VBIED": "VBIEDs",
    "VBIED factory": "VBIED factories",
    "ISIL-held building": "ISIL-held buildings",
    "oil tanker truck": "oil tanker trucks",
    "mortar team": "mortar teams",
    "heavy machine gun": "heavy machine guns",
    "boat": "boats",
    "radar": "radars",
    "tunnel entrance": "tunnel entrances",
    "ammunition depot": "ammunition depots",
    "armored vehicle": "armored vehicles",
}
PARTICIPLES = {
    "destroyed": "destroying",
    "damaged": "damaging",
    "suppressed": "suppressing",
    "struck": "striking",
    "engaged": "engaging",
    "disabled": "disabling",
}


class Result(NamedTuple):
    """How many of a target, and what was done to them."""

    verb: str
    number: int
    noun: str


class Strike(NamedTuple):
    """A line of a report; its results stand in the order in which they are written."""

    country: str
    place: str
    day: date
    strikes: int
    results: tuple[Result, ...]


class Line(NamedTuple):
    """A line as it is read; results are sorted (effect, count or bounds, noun)."""

    country: str | None
    place: str | None
    day: object
    strikes: object
    results: tuple[tuple[str, object, str], ...]


class Total(NamedTuple):
    """A total that a text claims."""

    country: str | None
    day: object
    strikes: int | None
    engagements: int | None


class Spelling(StrEnum):
    """How a text writes its numbers. Releases write words below ten, digits above and an article for one target."""

    RELEASES = "releases"
    WORDS = "words"
    DIGITS = "digits"
    GROUPED = "grouped"


ONES = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen""".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()


def in_words(number: int) -> str:
    """Write a number below a million in words. Reads: "two thousand one hundred and four"."""
    if number < 20:
        return ONES[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return TENS[tens - 2] + (f"-{ONES[ones]}" if ones else "")
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        return f"{ONES[hundreds]} hundred" + (f" and {in_words(rest)}" if rest else "")
    thousands, rest = divmod(number, 1000)
    return f"{in_words(thousands)} thousand" + (
        "" if not rest else f" and {in_words(rest)}" if rest < 100 else f" {in_words(rest)}"
    )


def spelled(number: int, spelling: Spelling) -> str:
    """Write a number as the spelling has it."""
    if spelling is Spelling.WORDS or (spelling is Spelling.RELEASES and number < 10):
        return in_words(number)
    return f"{number:,}" if spelling is Spelling.GROUPED else str(number)


def counted(count: int, noun: str, spelling: Spelling) -> str:
    """Write a target with its number. Reads: "a hut", "14 huts"."""
    if count == 1 and spelling is Spelling.RELEASES:
        return f"{'an' if noun[0] in 'aeiouI' else 'a'} {noun}"
    return f"{spelled(count, spelling)} {noun if count == 1 else NOUNS[noun]}"


def strikes_of(count: int, spelling: Spelling, noun: str = "strike") -> str:
    """Write a number of strikes. Reads: "one strike", "14 strikes"."""
    return f"{spelled(count, spelling)} {noun}{'' if count == 1 else 's'}"


def listed(parts: Sequence[str]) -> str:
    """Join the items of a list."""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + f" and {parts[-1]}"


def by_verb(results: Sequence[Result], spelling: Spelling) -> list[tuple[str, str, bool]]:
    """Group results that stand together by their verb: the verb, its list, and whether the list is of several."""
    grouped = []
    for verb, group in groupby(results, key=lambda result: result.verb):
        targets = list(group)
        many = len(targets) > 1 or targets[0].number > 1
        grouped.append((verb, listed([counted(t.number, t.noun, spelling) for t in targets]), many))
    return grouped


def active(strike: Strike, spelling: Spelling) -> str:
    """Write the verbs with their lists. Reads: "destroyed two huts and damaged a boat"."""
    return " and ".join(f"{verb} {items}" for verb, items, _ in by_verb(strike.results, spelling))


def participles(strike: Strike, spelling: Spelling) -> str:
    """Write the same behind a comma. Reads: "destroying two huts and damaging a boat"."""
    return " and ".join(
        f"{PARTICIPLES[verb]} {items}" for verb, items, _ in by_verb(strike.results, spelling)
    )


def passive(strike: Strike, spelling: Spelling) -> str:
    """Write the same with the targets first. Reads: "two huts were destroyed and a boat was damaged"."""
    return " and ".join(
        f"{items} {'were' if many else 'was'} {verb}"
        for verb, items, many in by_verb(strike.results, spelling)
    )


def elliptic(strike: Strike, spelling: Spelling) -> str:
    """Write the same without a verb of its own. Reads: "two huts destroyed and a boat damaged"."""
    return listed([f"{items} {verb}" for verb, items, _ in by_verb(strike.results, spelling)])


def day_of(strike: Strike) -> str:
    """Write a day as most releases do."""
    return f"Aug. {strike.day.day}"


class Form(StrEnum):
    """The forms of a sentence that has its own day, country, place, number of strikes and results."""

    PLACE_FIRST = "near {place}, {country}, {strikes} on {day} {active}"
    DAY_FIRST = "on {day}, {strikes} near {place}, {country}, {active}"
    COUNTRY_FIRST = "in {country}, {strikes} near {place} on {day} {active}"
    SUBJECT_FIRST = "{strikes} near {place} in {country} on {day} {active}"
    FORCE = "on {day}, coalition aircraft conducted {airstrikes} near {place}, {country}, {participles}"
    COMMAND = (
        "the command conducted {airstrikes} in the vicinity of {place}, {country}, on {day}, {participles}"
    )
    DAY_LAST = "coalition aircraft carried out {strikes} near {place}, {country}, that {active} on {day}"
    PASSIVE = "on {day}, {passive} in {strikes} near {place}, {country}"
    PASSIVE_FIRST = "{passive} by {strikes} near {place}, {country}, on {day}"
    ELLIPTIC = "on {day}, {strikes} {were} conducted near {place}, {country}, with {elliptic}"
    LEFT = "near {place}, {country}, {strikes} on {day} left {elliptic}"


ACTIVE = [Form.PLACE_FIRST, Form.DAY_FIRST, Form.COUNTRY_FIRST, Form.SUBJECT_FIRST]
PASSIVES = [Form.PASSIVE, Form.PASSIVE_FIRST]
AGAINST = [
    "the command conducted {airstrikes} near {place}, {country}, on {day}, against {items}",
    "the command conducted {airstrikes} in the vicinity of {place}, {country}, on {day}, targeting {items}",
    "on {day}, the command conducted {airstrikes} against {items} near {place}, {country}",
    "on {day}, coalition aircraft carried out {strikes} on {items} near {place}, {country}",
    "on {day}, {strikes} near {place}, {country}, hit {items}",
]


def clause(strike: Strike, form: str, spelling: Spelling = Spelling.RELEASES) -> str:
    """Write a strike as a clause, without a capital and a full stop."""
    return form.format(
        place=strike.place,
        country=COUNTRIES[strike.country],
        day=day_of(strike),
        strikes=strikes_of(strike.strikes, spelling),
        airstrikes=strikes_of(strike.strikes, spelling, "airstrike"),
        were="was" if strike.strikes == 1 else "were",
        active=active(strike, spelling),
        participles=participles(strike, spelling),
        passive=passive(strike, spelling),
        elliptic=elliptic(strike, spelling),
        items=listed([counted(r.number, r.noun, spelling) for r in strike.results]),
    )


def capital(sentence: str) -> str:
    """Begin a sentence with a capital."""
    return sentence[0].upper() + sentence[1:]


class Family(StrEnum):
    """The families of releases."""

    PROSE = "prose"
    AGAINST = "against"
    BULLETS = "bullets"
    PARTICIPLES = "participles"
    TOTALS = "totals"
    DAYS = "days"
    HITS = "hits"


PROSE = (Family.PROSE, Family.AGAINST, Family.DAYS)
LISTS = (Family.BULLETS, Family.PARTICIPLES, Family.TOTALS, Family.HITS)


@dataclass(frozen=True)
class Written:
    """A report in the words of a family: its units, and what is between them."""

    units: tuple[str, ...]
    between: str
    lines: tuple[Line, ...]
    totals: tuple[Total, ...] = ()

    @property
    def text(self) -> str:
        """The whole text."""
        return self.between.join(self.units)


def write(report: Sequence[Strike], family: Family, forms: Sequence[str], spelling: Spelling) -> Written:
    """Write a report; `forms` are those of the sentences of prose, one for each strike."""
    match family:
        case Family.PROSE:
            units = [f"{capital(clause(s, form, spelling))}." for s, form in zip(report, forms, strict=False)]
            return Written(tuple(units), " ", truth(report))
        case Family.AGAINST:
            units = [
                f"{capital(clause(s, AGAINST[number % len(AGAINST)], spelling))}."
                for number, s in enumerate(report, report[0].day.day)
            ]
            return Written(tuple(units), " ", truth(report, verb="engaged"))
        case Family.DAYS:
            return Written(tuple(_day(s, spelling) for s in report), "\n\n", truth(report))
        case Family.HITS:
            return Written(tuple(_hits(report, spelling)), "\n", truth(report, verb="engaged", hits=True))
        case Family.TOTALS:
            ordered = sorted(report, key=lambda s: (s.country, s.day))
            return Written(tuple(_sections(ordered, spelling)), "\n", truth(ordered), _totals(ordered))
        case _:
            ordered = sorted(report, key=lambda s: s.country)
            return Written(tuple(_bullets(ordered, family, spelling)), "\n", truth(ordered))


def _bullets(report: Sequence[Strike], family: Family, spelling: Spelling) -> Iterator[str]:
    for country, strikes in groupby(report, key=lambda s: s.country):
        heading = f"{COUNTRIES[country]}\n"
        for s in strikes:
            head = f"{heading}- Near {s.place}, {strikes_of(s.strikes, spelling)} on {day_of(s)}"
            done = f" {active(s, spelling)}"
            if family is Family.PARTICIPLES and len(by_verb(s.results, spelling)) > 1:
                first, rest = next(
                    (s.results[:i], s.results[i:])
                    for i in range(len(s.results))
                    if s.results[i].verb != s.results[0].verb
                )
                then = participles(s._replace(results=rest), spelling)
                done = f" {active(s._replace(results=first), spelling)}, {then}"
            yield f"{head}{done}."
            heading = ""


def _sections(report: Sequence[Strike], spelling: Spelling) -> Iterator[str]:
    for (country, _), group in groupby(report, key=lambda s: (s.country, s.day)):
        strikes = list(group)
        total = sum(s.strikes for s in strikes)
        heading = (
            f"In {COUNTRIES[country]}, coalition forces conducted {strikes_of(total, spelling)} consisting of "
            f"{spelled(total + 3, spelling)} engagements on {day_of(strikes[0])}:\n"
        )
        for s in strikes:
            yield f"{heading}-- Near {s.place}, {strikes_of(s.strikes, spelling)} {active(s, spelling)}."
            heading = ""


def _totals(report: Sequence[Strike]) -> tuple[Total, ...]:
    sections = [list(group) for _, group in groupby(report, key=lambda s: (s.country, s.day))]
    sums = [(group[0], sum(s.strikes for s in group)) for group in sections]
    return tuple(Total(first.country, first.day, total, total + 3) for first, total in sums)


def _day(s: Strike, spelling: Spelling) -> str:
    subject = "The strike" if s.strikes == 1 else "The strikes"
    return (
        f"On {day_of(s)} in {COUNTRIES[s.country]}, coalition forces conducted {strikes_of(s.strikes, spelling)} "
        f"consisting of {spelled(s.strikes + 1, spelling)} engagements against ISIS targets near {s.place}. "
        f"{subject} {active(s, spelling)}."
    )


def _hits(report: Sequence[Strike], spelling: Spelling) -> Iterator[str]:
    heading = f"Key hits on {day_of(report[0])}:\n"
    for s in report:
        row = ", ".join(counted(r.number, r.noun, spelling) for r in s.results)
        yield f"{heading}In the vicinity of {s.place}: {row}."
        heading = ""


def truth(report: Sequence[Strike], *, verb: str | None = None, hits: bool = False) -> tuple[Line, ...]:
    """Return the lines that a report is; a list of hits has one day, no countries and no numbers of strikes."""
    return tuple(
        Line(
            None if hits else s.country,
            s.place,
            report[0].day if hits else s.day,
            None if hits else s.strikes,
            _in_order((VERBS[verb or r.verb].value, r.number, r.noun) for r in s.results),
        )
        for s in report
    )


def read(text: str) -> list[Line]:
    """Read the lines of a text as a report writes them."""
    return lines_of(parse_release(text, published_on=PUBLISHED))


def lines_of(release: ParsedRelease) -> list[Line]:
    """List the lines of a release, in its order."""
    return [
        Line(
            line.country,
            line.place,
            line.date_from if line.date_from == line.date_to else (line.date_from, line.date_to),
            line.strikes and _plain(line.strikes.minimum, line.strikes.maximum),
            _in_order(
                (t.effect.value, _plain(t.count.minimum, t.count.maximum), t.category) for t in line.tallies
            ),
        )
        for line in release.lines
    ]


def totals_of(release: ParsedRelease) -> list[Total]:
    """List the totals of a release that have a number."""
    return [
        Total(
            total.country,
            total.date_from if total.date_from == total.date_to else (total.date_from, total.date_to),
            total.strikes,
            total.engagements,
        )
        for total in release.coverage
        if total.strikes is not None or total.engagements is not None
    ]


def _in_order(results: Iterable[tuple[str, object, str]]) -> tuple[tuple[str, object, str], ...]:
    return tuple(sorted(results, key=repr))


def _plain(minimum: int, maximum: int | None) -> object:
    return minimum if minimum == maximum else (minimum, maximum)


# --- Strategies ---------------------------------------------------------------------------------------------

# No count is between 1900 and 2099: "on Aug. 3, 1934 boats" would be a year.
counts = st.one_of(
    st.just(1), st.integers(2, 9), st.integers(10, 99), st.integers(100, 1899), st.integers(2100, 9999)
)
strike_counts = st.one_of(st.just(1), st.integers(2, 9), st.integers(10, 60))
days = st.dates(date(2018, 8, 1), date(2018, 8, 22))
spellings = st.sampled_from(Spelling)
forms = st.sampled_from(Form)
NOISE_PLACES = ["Harmat", "Tel Suri", "Bint Olan", "Zellah"]


@st.composite
def results(draw: st.DrawFn, verbs: int = 2, least: int = 1) -> tuple[Result, ...]:
    """Make what a strike did: up to `verbs` verbs, each with `least` to three targets of different nouns."""
    used = draw(
        st.lists(
            st.sampled_from(sorted(PARTICIPLES)),
            min_size=1,
            max_size=verbs,
            unique_by=lambda verb: VERBS[verb],
        )
    )
    nouns = iter(draw(st.permutations(sorted(NOUNS))))
    return tuple(
        Result(verb, draw(counts), next(nouns)) for verb in used for _ in range(draw(st.integers(least, 3)))
    )


def strikes(done: st.SearchStrategy[tuple[Result, ...]] | None = None) -> st.SearchStrategy[Strike]:
    """Make a strike line."""
    return st.builds(
        Strike,
        st.sampled_from(sorted(COUNTRIES)),
        st.sampled_from(PLACES),
        days,
        strike_counts,
        results() if done is None else done,
    )


def reports(least: int = 1, most: int = 4) -> st.SearchStrategy[list[Strike]]:
    """Make the lines of a report, each near another place."""
    return st.lists(strikes(), min_size=least, max_size=most, unique_by=lambda s: s.place)


@st.composite
def written(draw: st.DrawFn, families: Sequence[Family] = tuple(Family)) -> Written:
    """Make a report in one of the families."""
    report = draw(reports())
    chosen = [draw(forms) for _ in report]
    return write(report, draw(st.sampled_from(families)), chosen, draw(spellings))


@st.composite
def noise(draw: st.DrawFn, kind: str | None = None) -> str:
    """Make a sentence of numbers that reports no strike's result and no total of the release."""
    kind = kind or draw(st.sampled_from(sorted(NOISE)))
    spelling = draw(spellings)
    return capital(
        draw(st.sampled_from(NOISE[kind])).format(
            n=spelled(draw(st.integers(2, 900)), spelling),
            m=spelled(draw(st.integers(2, 60)), spelling),
            big=f"{draw(st.integers(1000, 30000)):,}",
            p=draw(st.sampled_from(NOISE_PLACES)),
        )
    )


NOISE = {
    "own munitions": [
        "The crews released {n} bombs and {m} missiles.",
        "{n} precision-guided munitions were used in all.",
        "Two pairs of jets fired {m} missiles and {n} cannon rounds.",
        "Aircrews expended {big} pounds of ordnance.",
        "The aircraft carried {m} laser-guided bombs each.",
        "A total of {big} weapons were released that week.",
    ],
    "own sorties": [
        "Allied aircraft flew {n} sorties, {m} of them at night.",
        "{n} aircraft of {m} nations took part.",
        "Tankers gave {big} pounds of fuel to {m} receivers.",
        "The carrier launched {m} jets in the early hours.",
        "All {m} aircraft returned safely to base.",
        "A drone and {m} jets watched the road for six hours.",
        "{m} jets, a drone and two tankers patrolled along the border.",
    ],
    "enemy deeds": [
        "The militants had burned {n} houses and {m} trucks the week before.",
        "Gunmen killed {m} villagers in {p} in June.",
        "The group had fired {n} rockets at {p}.",
        "Enemy forces launched {m} missiles and {n} drones toward the port.",
        "A suicide bomber killed {n} people at a market in {p} last month.",
        "The enemy shelled {n} settlements and destroyed {m} homes.",
        "The terrorists who had destroyed {m} bridges remain at large.",
        "Two bridges had been blown up by retreating militants, {n} of whom were killed by mines.",
        "{m} boats and two technicals fired on a patrol.",
        "{m} boats attacked a port in {p}.",
        "A mortar team and {m} snipers attacked the garrison of {p}.",
        "The enemy carried out {m} air strikes on {n} settlements.",
        "The attackers had destroyed {m} checkpoints and {n} vehicles of the army before.",
    ],
    "ground forces": [
        "Partner forces on the ground killed {m} militants in {p}.",
        "Engineers cleared {n} mines and {m} booby traps from {p}.",
        "Police officers destroyed {m} stills with explosives.",
        "Artillery of the army fired {n} shells at {p}.",
    ],
    "losses": [
        "The army lost {m} vehicles and {n} soldiers in the spring.",
        "{m} soldiers were wounded when a mine destroyed their truck.",
        "The militants shot down a helicopter and damaged {m} jets in June.",
    ],
    "threats": [
        "The launchers threatened {n} merchant ships and {m} tankers.",
        "Officers judged that {m} vessels were in danger.",
        "The {m} missiles were ready to be launched at {n} ships.",
        "They were a threat to the {big} people of {p}.",
        "The group plans to destroy {m} bridges, officials warned.",
    ],
    "civilians": [
        "No civilians were harmed, though {n} people live within a mile.",
        "Some {big} families had fled {p} by then.",
        "An inquiry found that {m} civilians were killed in {p} in 2016.",
        "{n} allegations of civilian casualties are still open.",
        "Of {n} reports of civilian casualties, {m} were found to be credible.",
        "The hospital of {p} treated {n} wounded people.",
        "Aid workers counted {big} displaced people in {m} camps.",
    ],
    "captures": [
        "Partner forces captured {n} fighters and seized {m} rifles.",
        "Troops on the ground detained {m} suspects in {p}.",
        "Soldiers found {n} mines and {m} rocket launchers in a cellar.",
        "Police confiscated {m} boats and {big} pounds of explosives.",
    ],
    "escapes": [
        "{n} fighters escaped across the river.",
        "At least {m} vehicles drove off toward {p}.",
        "{m} boats got away in the dark.",
        "The remaining {n} militants withdrew on foot.",
        "{m} other vehicles were not hit.",
        "Another {m} fighters survived and fled.",
    ],
    "weather": [
        "Winds of {m} knots and dust kept helicopters on the ground.",
        "Temperatures reached {m} degrees by noon.",
        "Visibility was below {m} meters for {n} minutes.",
        "It rained for {m} hours.",
    ],
    "campaign totals": [
        "Since 2014, the coalition has conducted {big} strikes.",
        "More than {big} strikes have been carried out since the operation began.",
        "To date, the campaign has destroyed {big} vehicles and {n} tanks.",
        "Since the operation began, {big} targets have been damaged or destroyed.",
        "The campaign had cost {big} dollars a day until then.",
        "As of July 31, coalition aircraft had conducted {big} airstrikes in both countries.",
    ],
    "meetings": [
        "Delegations of {m} nations met for {n} minutes in Room 12.",
        "Task Force 51 and the 3rd Brigade took part in exercise Able 7.",
        "{m} ships left port at 0630 and sailed {n} nautical miles.",
        "The commander has served for {m} years.",
    ],
}  # fmt: skip
