"""Show the fuzzer what the record knows, so that much of what it sends is answered and not only refused.

A name that no schema can list is drawn at random, and is unknown. So beside what a schema allows stand some of the
values that the server knows: these are allowed already, and the schema means what it meant.
"""

from tests.factories import Body, make_report, make_strike, make_tally

# Not sent as they stand: the campaign puts a name in place of the one that was never used, and leaves the other out.
FRESH = "fresh"
START = "start"

_FIRST_DAYS = ("2016-12-01", "2016-12-15", "2017-01-31")
_LAST_DAYS = ("2017-02-28", "2017-01-31", "2016-12-20")

# By the name of a parameter or of a field.
KNOWN: dict[str, tuple[str, ...]] = {
    "as_of": ("41", "1", "20", "0", "9998-12-31T23:59:59Z", "2020-02-29T12:00:00.5+03:00"),
    "bbox": ("38,33,42.5,37", "170,-90,-170,90", "0,0,0,0"),
    "category": ("tank", "vehicle", "VBIED", "fighting positions"),
    "country": ("SY", "IQ", "iq"),
    "cursor": (START,),
    "date_from": _FIRST_DAYS,
    "date_to": _LAST_DAYS,
    "expires_at": ("2099-12-31T00:00:00Z", "2077-01-01T00:00:00.5+03:00"),
    "family": ("vehicles", "armor", "weapons"),
    "group_by": ("location,month", "category", "week", "country,effect,day", "publisher,year"),
    "Idempotency-Key": (FRESH,),
    "If-Match": ("*",),
    "into": ("us-dod", "mortar", "tabqah", "mosul", "tank", "uk-mod"),
    "key_id": ("k1", "k2", "k3", "k4"),
    "location": ("palmyra", "Raqqa", "Mosul", "Tall 'Afar"),
    "near": ("34.56,38.28", "90,0", "-90,180"),
    "number": ("20170207-01",),
    "owner": ("enemy", "coalition", "Coalition"),
    "parent": ("vehicle", "weapon"),
    "published_from": _FIRST_DAYS,
    "published_on": ("2017-03-02", "2017-03-03"),
    "published_to": _LAST_DAYS,
    "publisher": ("cjtf-oir", "centcom", "ara-news", "us-dod"),
    "q": ("vehicles", "TÁNK", "as the source has it", "damaged tank"),
    "report": ("r1", "r7", "r40"),
    "report_id": ("r3", "r1", "r4", "r5", "r40", "r41", "r42", "r43", "r44", "r45", "r46", "r47", "r48"),
    "revision": ("1", "2"),
    "same_as": ("s1", "s2"),
    "sort": ("items_max", "-lines", "location", "-period"),
    "source_url": ("https://example.org/release",),
    "archive_url": ("https://example.org/archived",),
    "strike_id": ("s1", "s2", "s3", "s40"),
}

# The slugs of paths, by the list that they stand in.
SLUGS = {
    "/v1/locations/": ("palmyra", "mosul", "tal-afar", "tadmur", "Raqqa"),
    "/v1/categories/": ("tank", "mortar-tube", "vehicle", "main battle tank"),
    "/v1/publishers/": ("cjtf-oir", "dod-news", "uk-mod", "OIR"),
}

# What is changed. A campaign merges the things above away, and an early merge would leave none to be changed: so these
# are never merged, and their names are their own.
STANDING = {"/v1/locations/": "kobani", "/v1/categories/": "bulldozer", "/v1/publishers/": "ara-news"}

_PLACE = {"name": "Kobani", "country": "SY", "lat": 36.89, "lon": 38.35, "precision_km": 25}
_CATEGORY = {
    "name": "Bulldozer",
    "parent": "heavy-equipment",
    "family": "heavy-equipment",
    "kind": "equipment",
}

# Things that are not there yet: each of them can be added once.
_NEW = ("Abbey", "Belfry", "Cistern", "Dovecote", "Elevator", "Forge")

# Bodies, and parts of them, whose fields must agree with each other or with the path, by their schema.
PARTS: dict[str, list[Body]] = {
    "LocationState": [_PLACE, {**_PLACE, "lat": 36.9, "aliases": ["Kobane", "Ayn al Arab"]}],
    "CategoryState": [_CATEGORY, {**_CATEGORY, "parent": None, "synonyms": ["armored bulldozer"]}],
    "PublisherState": [{"name": "ARA News"}, {"name": "ARA News", "aliases": ["ARA"]}],
    "LocationIn": [{**_PLACE, "slug": f"new-{name.lower()}", "name": f"New {name}"} for name in _NEW],
    "CategoryIn": [{**_CATEGORY, "slug": name.lower(), "name": name} for name in _NEW],
    "ReportPut": [
        make_report(make_strike(), publisher=publisher, reason="A line was left out.")
        for publisher in ("cjtf-oir", "centcom", "ara-news")
    ],
    "CoverageIn": [
        {"country": "SY", "date_from": "2017-02-28"},
        {"country": "IQ", "date_from": "2017-02-27", "date_to": "2017-02-28", "strikes": 0},
    ],
    "StrikeIn": [
        make_strike(),
        make_strike(make_tally(2), location=None, strikes=None, strikes_min=2),
        make_strike(make_tally(None, count_min=1), make_tally(3, as_written="3 trucks"), engagements=0),
    ],
    "TallyIn": [make_tally(), make_tally(None, count_min=2, count_max=5, category=None, as_written="some")],
}

# Their examples show what they look like, and cannot be sent a second time.
_LIKENESSES = ("cursor", "Idempotency-Key", "If-Match", "as_of")


def add_hints(document: Body) -> None:
    """Put what is known into an OpenAPI document."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for parameter in operation.get("parameters", ()):
                known = (
                    _slugs(path, method) if parameter["name"] == "slug" else KNOWN.get(parameter["name"], ())
                )
                parameter["schema"] = _with(known, parameter["schema"])
                if parameter["name"] in _LIKENESSES:
                    parameter.pop("example", None)
                    parameter["schema"].pop("examples", None)
    schemas = document["components"]["schemas"]
    for properties in [each.get("properties", {}) for name, each in schemas.items() if _is_sent(name)]:
        for name, schema in properties.items():
            properties[name] = _with(KNOWN.get(name, ()), schema)
    for name, parts in PARTS.items():
        schemas[f"Any{name}"] = schemas[name]
        schemas[name] = {"anyOf": [{"enum": parts}, {"$ref": f"#/components/schemas/Any{name}"}]}


def _slugs(path: str, method: str) -> tuple[str, ...]:
    prefix = next(each for each in SLUGS if path.startswith(each))
    if method != "put":
        return SLUGS[prefix]
    # Few, so that many a request is of the thing that stands; the others may be merged, and the last is no slug.
    return (STANDING[prefix], SLUGS[prefix][0], SLUGS[prefix][-1])


def _is_sent(name: str) -> bool:
    return name.endswith(("In", "Post", "Put", "State"))


def _with(known: tuple[str, ...], schema: Body) -> Body:
    if not known or "enum" in schema or "$ref" in schema:
        return schema
    if schema.get("type") == "array":
        return {**schema, "items": _with(known, schema["items"])}
    kept: Body = {name: schema[name] for name in ("description", "examples", "default") if name in schema}
    return {**kept, "anyOf": [{"type": "string", "enum": list(known)}, schema]}
