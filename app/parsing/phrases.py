"""The phrases that tell what a sentence as a whole is: a correction, a running total, a definition, none reported."""

import re

INCONCLUSIVE = re.compile(
    r"inconclusive|no effect|not successful|unsuccessful|ineffective|had no (?:known )?effects?",
    re.IGNORECASE,
)
CORRECTION = re.compile(
    r"\bcorrections?\b|\bcorrected\b|\bshould (?:read|have read|be)\b|\berroneously\b|\berratum\b",
    re.IGNORECASE,
)
RUNNING = re.compile(
    r"\btotal of\b.{0,40}\b(?:air)?strikes\b"
    r"|\bsince (?!(?:the )?(?:early |late )?(?:[a-z]+day\b|last\b))(?:the )?[a-z]"
    r"|\bto date\b|\bso far\b|\bof those \d+|\bmore than [\d,]+ (?:air)?strikes\b",
    re.IGNORECASE,
)
DEFINITION = re.compile(
    r"kinetic event|kinetic engagement|is one strike|defines? a strike|definition|does not report"
    r"|not classified as a strike|considered a strike|term .strike",
    re.IGNORECASE,
)
NONE = re.compile(
    r"\b(?:no|zero|0)\b(?: \w+){0,2} (?:air)?strikes?\b"
    r"|\b(?:did not|didn't) (?:conduct|carry out|report)\b(?: \w+){0,3} (?:air)?strikes?",
    re.IGNORECASE,
)
# Only a sentence about attacks sets the days of the release: "which began May 1 to …" does not.
ATTACK = re.compile(
    r"\b(?:continued? to (?:attack|strike)|attacked|conduct(?:ed|ing)?|carr(?:ied|ying) out|launched|staged)\b",
    re.IGNORECASE,
)
# "The military has earlier conducted …" is about other days than those of the release.
EARLIER = re.compile(r"\b(?:earlier|previously)\b(?! unreported)", re.IGNORECASE)
