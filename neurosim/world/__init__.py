"""A world as a value: what a network is shown, and when.

`Event` is one thing that happens: nodes are clamped, or released. A source is whatever yields
events, as long as it likes, also without end: a list, a generator, or one that is made here:
`presentations` of samples, each for some ticks, and `frames` of a movie. The world knows ticks and
nothing else: no network, no levels, no t, and nobody who says when prediction is over.

A source describes; a simulator shows it. May touch the foundation, and nothing of networks.
"""

from neurosim.world.event import Event
from neurosim.world.frames import Frames, frames
from neurosim.world.presentations import Presentations, Schedule, presentations

__all__ = ["Event", "Frames", "Presentations", "Schedule", "frames", "presentations"]
