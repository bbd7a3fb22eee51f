"""Units of measure, which turn a number into an amount.

What the number then counts is decided in app/parsing/amounts.py.
"""

# Words that may stand between a number and its unit ("two metric tons", "300 square meters").
BEFORE_UNITS: frozenset[str] = frozenset(
    "metric square sq cubic nautical statute short long gross net".split()
)

# Weights, volumes, shares and money.
AMOUNTS: frozenset[str] = frozenset(
    """pound pounds lb lbs kilogram kilograms kilogramme kilogrammes kilo kilos kg kgs gram grams gramme grammes
    ton tons tonne tonnes ounce ounces oz kiloton kilotons megaton megatons liter liters litre litres gallon gallons
    barrel barrels bushel bushels percent % dollar dollars euro euros rial rials lira afghani afghanis cent""".split(),
)

# Containers when they stand alone ("12 oil barrels"), units only before "of".
CONTAINERS: frozenset[str] = frozenset({"barrel", "barrels", "bushel", "bushels"})

# What a share is taken of was hit in part only, so it is no target by itself.
SHARES: frozenset[str] = frozenset({"percent", "%", "cent"})

DISTANCES: frozenset[str] = frozenset(
    """kilometer kilometers kilometre kilometres km kms m mile miles meter meters metre metres foot feet ft yard yards
    nm hectare hectares acre acres knot knots mph kph degree degrees""".split(),
)

TIMES: frozenset[str] = frozenset(
    """second seconds minute minutes hour hours hr hrs day days night nights week weeks weekend weekends month months
    year years decade decades a.m p.m a.m. p.m. am pm o'clock""".split(),
)

# How often something was done is no number of targets, and perhaps of strikes ("struck eight times").
REPETITIONS: frozenset[str] = frozenset({"times", "occasions"})

# A calibre is part of a name ("120 mm mortar").
CALIBRES: frozenset[str] = frozenset(
    "mm millimeter millimeters millimetre millimetres cm cal caliber calibre inch".split()
)

# Before a noun these make a name, too: "500 pound bombs", "40 kg warheads".
NAMING: frozenset[str] = frozenset(
    """pound lb kilogram kilogramme kilo kg gram ton tonne kiloton megaton gallon liter litre foot ft meter metre m
    kilometer kilometre km mile yard acre second minute hour day night week month year""".split()
)

CURRENCIES: frozenset[str] = frozenset("$ € £ usd eur gbp".split())
# Before "$" only.
DOLLARS: frozenset[str] = frozenset({"us", "u.s", "u.s."})

# A part of a whole: "two thirds of", "a quarter of".
FRACTIONS: frozenset[str] = frozenset(
    "half halves third thirds quarter quarters fifth fifths tenth tenths".split()
)
