"""Clock-driven simulation, which looks at every node in every tick.

Independent of all that event-driven simulation saves: who is awake, what is silent, which weights
are kept transposed or are read once a tick. Both must show the same bits.
"""

import neurosim as ns


def both_ways(net, model, **options):
    """The same simulator, event-driven and clock-driven."""
    return [ns.Simulator(net, model, event_driven=way, **options) for way in (True, False)]
