"""Built-in publishers; analysts add others."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownPublisher:
    """A publisher that comes with the product: slug, display name, and what else it is called."""

    slug: str
    name: str
    aliases: tuple[str, ...] = ()


PUBLISHERS = (
    KnownPublisher(
        "cjtf-oir",
        "Combined Joint Task Force - Operation Inherent Resolve",
        ("CJTF OIR", "Operation Inherent Resolve", "Inherent Resolve", "OIR"),
    ),
    KnownPublisher("centcom", "U.S. Central Command", ("US Central Command", "USCENTCOM", "Central Command")),
    KnownPublisher("dod-news", "DoD News", ("Defense Department News", "Defense Media Activity")),
    KnownPublisher("us-dod", "U.S. Department of Defense", ("US Department of Defense", "DoD", "Pentagon")),
    KnownPublisher("uk-mod", "UK Ministry of Defence", ("Ministry of Defence", "MOD UK", "UK MoD")),
    KnownPublisher("ara-news", "ARA News"),
    KnownPublisher("africom", "U.S. Africa Command", ("US Africa Command", "USAFRICOM", "Africa Command")),
    KnownPublisher(
        "southcom", "U.S. Southern Command", ("US Southern Command", "USSOUTHCOM", "Southern Command")
    ),
    KnownPublisher(
        "nato",
        "NATO",
        (
            "North Atlantic Treaty Organization",
            "North Atlantic Treaty Organisation",
            "Operation Unified Protector",
            "Unified Protector",
        ),
    ),
    KnownPublisher(
        "ca-dnd",
        "Canadian Department of National Defence",
        (
            "Canada Department of National Defence",
            "Department of National Defence",
            "Canadian Ministry of Defence",
            "Canadian MoD",
            "Canada MoD",
            "Canadian Armed Forces",
            "DND Canada",
            "Operation IMPACT",
        ),
    ),
    KnownPublisher(
        "fr-mod",
        "French Ministry of Armed Forces",
        (
            "French Ministry for the Armed Forces",
            "French Ministry of the Armed Forces",
            "French Ministry of Defence",
            "French MoD",
            "France MoD",
            "Ministère des Armées",
            "Ministère de la Défense",
            "Opération Chammal",
            "Operation Chammal",
            "Chammal",
        ),
    ),
    KnownPublisher(
        "tr-mod",
        "Turkish Ministry of National Defence",
        (
            "Turkish Ministry of National Defense",
            "Turkish Ministry of Defence",
            "Turkish MoD",
            "Turkey MoD",
            "Türkiye Ministry of National Defence",
            "Turkish Armed Forces",
            "Turkish General Staff",
        ),
    ),
    KnownPublisher(
        "idf",
        "Israel Defense Forces",
        ("Israel Defence Forces", "Israeli Defense Forces", "Israeli army", "Israeli military", "Tzahal"),
    ),
    KnownPublisher(
        "ukraine-general-staff",
        "General Staff of the Armed Forces of Ukraine",
        (
            "Ukraine General Staff",
            "Ukraine's General Staff",
            "Ukrainian General Staff",
            "General Staff of Ukraine",
            "Armed Forces of Ukraine",
        ),
    ),
    KnownPublisher(
        "saudi-led-coalition",
        "Saudi-led coalition in Yemen",
        (
            "Arab coalition in Yemen",
            "Arab coalition",
            "Saudi-led Arab coalition",
            "Coalition to Restore Legitimacy in Yemen",
            "Coalition to Support Legitimacy in Yemen",
            "Saudi-led coalition",
        ),
    ),
)
