"""Effects: eleven normalised values and the verbs that mean them.

The verb as written is stored next to the effect, since "struck" gave way to "engaged" in August 2016:
a series by raw verb shows a change of style, not of events.
"""

from enum import StrEnum


class Effect(StrEnum):
    """A normalised effect. The order is the order in which the API lists them."""

    DESTROYED = "destroyed"
    DAMAGED = "damaged"
    DISABLED = "disabled"
    SUPPRESSED = "suppressed"
    ENGAGED = "engaged"
    DENIED = "denied"
    CRATERED = "cratered"
    WOUNDED = "wounded"
    KILLED = "killed"
    INTERCEPTED = "intercepted"
    OTHER = "other"


# Past tense, as releases write it, to the effect that it means. "Shot down" is the only verb of two words.
VERBS: dict[str, Effect] = {
    "destroyed": Effect.DESTROYED,
    "damaged": Effect.DAMAGED,
    "sank": Effect.DESTROYED,
    "sunk": Effect.DESTROYED,
    "disabled": Effect.DISABLED,
    "degraded": Effect.DISABLED,
    "neutralized": Effect.DISABLED,
    "neutralised": Effect.DISABLED,
    "immobilized": Effect.DISABLED,
    "suppressed": Effect.SUPPRESSED,
    "engaged": Effect.ENGAGED,
    "struck": Effect.ENGAGED,
    "targeted": Effect.ENGAGED,
    "hit": Effect.ENGAGED,
    "attacked": Effect.ENGAGED,
    "bombed": Effect.ENGAGED,
    "denied": Effect.DENIED,
    "cratered": Effect.CRATERED,
    "wounded": Effect.WOUNDED,
    "injured": Effect.WOUNDED,
    "killed": Effect.KILLED,
    "eliminated": Effect.KILLED,
    "intercepted": Effect.INTERCEPTED,
    "shot down": Effect.INTERCEPTED,
    "downed": Effect.INTERCEPTED,
    "breached": Effect.OTHER,
    "reduced": Effect.OTHER,
    "illuminated": Effect.OTHER,
    "sealed": Effect.OTHER,
    "collapsed": Effect.OTHER,
}

# A participle ("…, destroying two vehicles") to its past tense.
PARTICIPLES: dict[str, str] = {
    "destroying": "destroyed",
    "damaging": "damaged",
    "sinking": "sank",
    "disabling": "disabled",
    "degrading": "degraded",
    "neutralizing": "neutralized",
    "neutralising": "neutralised",
    "immobilizing": "immobilized",
    "suppressing": "suppressed",
    "engaging": "engaged",
    "striking": "struck",
    "targeting": "targeted",
    "hitting": "hit",
    "attacking": "attacked",
    "bombing": "bombed",
    "denying": "denied",
    "cratering": "cratered",
    "wounding": "wounded",
    "injuring": "injured",
    "killing": "killed",
    "eliminating": "eliminated",
    "intercepting": "intercepted",
    "shooting down": "shot down",
    "downing": "downed",
    "breaching": "breached",
}

# A base form, read only after "did not" or "failed to", to its past tense.
BASE_FORMS: dict[str, str] = {
    "destroy": "destroyed",
    "damage": "damaged",
    "sink": "sank",
    "disable": "disabled",
    "neutralize": "neutralized",
    "suppress": "suppressed",
    "engage": "engaged",
    "strike": "struck",
    "target": "targeted",
    "hit": "hit",
    "deny": "denied",
    "wound": "wounded",
    "kill": "killed",
    "eliminate": "eliminated",
    "intercept": "intercepted",
    "shoot down": "shot down",
}

# The words with which a verb of effect begins.
FIRST_WORDS = frozenset(verb.split()[0] for verb in VERBS)
