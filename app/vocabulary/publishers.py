"""The publishers that the product knows from the start. Analysts add others."""

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
)
