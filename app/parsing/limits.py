"""Limits of the parser per text; everything beyond is remarked.

No real text comes near them: the longest release has 18 lines, 44 tallies and sentences of 200 words.
"""

# Words and characters of a sentence.
MAX_WORDS = 400
MAX_CHARACTERS = 8_000

MAX_LINES = 2_000
MAX_TOTALS = 500
MAX_TALLIES = 4_000
MAX_REMARKS = 500

# Numbers of a text that are listed with what became of them.
MAX_NUMBERS = 10_000

# Characters of the phrases and verbs of all tallies: they overlap where targets share a noun.
MAX_PHRASES = 400_000

# A line with so many tallies takes no more from later sentences.
MAX_CONTINUED = 200
