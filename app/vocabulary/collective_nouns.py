"""Collective nouns: a convoy is not one vehicle."""

# With "of" they count what follows: "a convoy of six trucks", "a cluster of buildings".
GROUPS: frozenset[str] = frozenset(
    """array arrays belt belts convoy convoys column columns fleet fleets flotilla flotillas motorcade caravan cluster
    clusters group groups grouping groupings team teams squad squads band bands gang gangs crowd crowds gathering
    gatherings pack packs swarm swarms string strings line lines row rows network networks complex complexes batch
    batches consignment shipment squadron squadrons armada
    chain chains pile piles wave waves salvo salvoes barrage cell cells
    crew crews trio quartet""".split(),
)

# Places that hold things: one of them is one target, unless a number gives how many things.
STORES: frozenset[str] = frozenset(
    "cache caches stockpile stockpiles stash stashes store stores stock stocks".split()
)

# Without "of" they still are several things: "a convoy", "an IED cluster".
SEVERAL: frozenset[str] = frozenset(
    """convoy convoys column columns fleet fleets flotilla flotillas motorcade caravan cluster clusters swarm
    swarms""".split(),
)
