"""Sentence patterns: corrections, running totals, definitions, and explicit none."""

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
    r"\bsince (?!(?:the )?(?:early |late )?(?:[a-z]+day\b|last\b))(?:the )?[a-z]"
    r"|\bto date\b|\bso far\b|\bmore than [\d,]+ (?:air)?strikes\b",
    re.IGNORECASE,
)
# A total that is one of the campaign where the sentence names no day.
TOTAL_OF = re.compile(r"\btotal of\b.{0,40}\b(?:air)?strikes\b", re.IGNORECASE)
# "The former", "the latter": what they mean is not derived.
RESPECTIVELY = re.compile(r"\bthe (?:former|latter)\b|\brespectively\b", re.IGNORECASE)
# A total of the whole campaign, whatever else the sentence reports.
CAMPAIGN = re.compile(
    r"\bsince (?:the |its )?(?:beginning|start|launch|outset|onset|operations?|wars?|campaign|mission|deployment"
    r"|invasion|intervention)\b"
    r"|\bsince (?:\w+ ){0,2}(?:19|20)\d\d\b|\bto date\b|\bso far\b|\bas of\b"
    r"|\bhas now (?:conducted|carried|flown|destroyed|killed|struck)\b|\bbring(?:s|ing) (?:the|its|their) total\b"
    r"|\bthroughout the (?:war|campaign|operation)\b|\boverall(?: total)?,"
    r"|\bbetween (?:the (?:start|beginning|end) of )?[A-Z][a-z]{2,8} (?:19|20)\d\d and\b",
    re.IGNORECASE,
)
# A total of a year, where the sentence names no day.
YEARLY = re.compile(
    r"\b(?:this|last) year\b|\byear to date\b|\b(?<!of )(?:in|during|throughout|over) (?:all of )?(?:19|20)\d\d\b",
    re.IGNORECASE,
)
# Doubts and investigations: claims of others, and harm to civilians.
DOUBTED = re.compile(
    r"\b(?:dismiss|reject|den(?:y|i)|refut)\w* (?:the |these |any |those )?(?:\w+ )?"
    r"(?:reports?|claims?|allegations?|rumou?rs)\b"
    r"|\balleg(?:ed|edly|ation|ations|es)\b|\bunconfirmed\b|\brumou?rs\b|\b(?:non-?|not )credible\b"
    r"|\bunintentionally (?:killed|injured|wounded)\b",
    re.IGNORECASE,
)
# Harm to civilians, which a sentence with targets may deny.
CASUALTIES = re.compile(r"\bcivilian casualt(?:y|ies)\b", re.IGNORECASE)
# One area, and no country: "in the geographical area", "in that location".
LOCAL = re.compile(
    r"\b(?:area|location|vicinity|city|town|village|region|neighbou?rhood|site|there)\b", re.IGNORECASE
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
# A part of strikes that were counted before.
OF_THE = re.compile(r"of (?:the|these|those|them)\b", re.IGNORECASE)
# A day given relative to the one before.
LATER = re.compile(
    r"\b(?:(?P<days>a|one|two|three|four|five|six|seven) days? (?:later|after|(?P<before>before|earlier))"
    r"|the (?:next|following|(?P<previous>previous|preceding)) day"
    r"|(?P<same>(?:the |that )(?:very )?same day|(?:later|earlier) (?:that|in the) day))\b"
)
# A total over all countries, whichever was named before.
OF_ALL = re.compile(
    r"^(?:in |the )?(?:grand )?(?:total|all|sum)\b|^altogether\b|^overall\b"
    r"|\b(?:makes?|making|gives?|giving|for) (?:a|the) (?:combined |overall |grand )?total\b",
    re.IGNORECASE,
)
# Only a sentence about attacks sets the days of the release: "which began May 1 to …" does not.
ATTACK = re.compile(
    r"\b(?:continued? to (?:attack|strike)|attacked|conduct(?:ed|ing)?|carr(?:ied|ying) out|launched|staged)\b",
    re.IGNORECASE,
)
# "The military has earlier conducted …" is about other days than those of the release.
EARLIER = re.compile(r"\b(?:earlier|previously)\b(?! unreported)", re.IGNORECASE)
