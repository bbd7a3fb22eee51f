"""Words for forces: commands, nations, aircraft, and publishers' enemies.

They determine whose act a sentence reports. Lower case, as the parser folds words.
"""

# Aircraft and ships that only their own side's releases call so.
OWN_AIRCRAFT = frozenset(
    """typhoon typhoons tornado tornados tornadoes rafale rafales reaper reapers predator predators mirage mirages
    hornet hornets f-15s f-16s f-18s f-22s f-35s a-10s b-1s b-52s destroyer warship frigate""".split(),
)
AIRCRAFT = OWN_AIRCRAFT | frozenset(
    """aircraft airplanes planes plane jets jet warplanes warplane drones drone bombers bomber helicopters helicopter
    gunships gunship""".split(),
)

# Commands and alliances, which act under their own names.
COMMANDS = frozenset(
    "coalition coalition's alliance cjtf-oir centcom africom southcom nato command task raf".split()
)

# Nations whose forces publish strikes of their own; those of "Syrian" or "Russian" aircraft are somebody else's.
NATIONS = frozenset(
    """u.s u.s. us us-led u.s.-led coalition-led american british french canadian australian danish dutch belgian
    turkish israeli ukrainian saudi saudi-led emirati egyptian kenyan jordanian allied royal army's""".split(),
)

# What acts in a force.
MILITARY = frozenset(
    """forces force airforces airforce airpower aviation defences defenses defence defense fighter fighters ships navy
    units crews crew pilots aircrew artillery howitzers""".split(),
)

# What strikes are carried out with, as the subject of a sentence: "four bombs destroyed two tunnels".
WEAPONS = frozenset(
    """engagement engagements munitions bombs missile missiles weapon weapons raid raids operation operations mission
    missions sorties""".split(),
)

# Those whose deeds are no strikes.
ENEMIES = frozenset(
    """isil isis daesh isil's isis's isl da'esh islamic militant militants terrorist terrorists insurgent insurgents
    extremist extremists jihadist jihadists fighter fighters taliban al-shabaab al-qaida al-qaeda gunman gunmen houthi
    houthis hamas hezbollah rebel rebels enemy enemies occupiers invaders aggressor pirates traffickers smugglers ied
    ieds mine mines explosion explosions""".split(),
)

# Forces on the ground, whose deeds are no strikes either.
GROUND = frozenset(
    """troops soldiers police peshmerga army militia militias militiamen sdf isf tribesmen ground-based
    partner""".split(),
)

# With one of these in the subject somebody else did it, or did it with help.
OTHERS = (
    GROUND
    | (ENEMIES - {"fighter", "fighters"})
    | frozenset(
        """backed supported us-backed u.s.-backed coalition-backed syrian iraqi kurdish russian iranian libyan somali
        regime ground local""".split(),
    )
)
