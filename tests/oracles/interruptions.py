"""What happens where Python is interrupted: an exception raised before each line of neurosim.

It knows nothing of what a verb does: it counts the lines of Python that a call executes within the
package, kernels and what compiles them left out, and has the call anew for each of them, stopped
before that line. What handles the exception is not interrupted again.
"""

import sys
from pathlib import Path

import neurosim

PACKAGE = Path(neurosim.__file__).parent
ROOMS = (
    "simulation", "recording", "backpropagation", "engine/guard", "engine/forgetting", "simulator",
)  # fmt: skip
INSIDE = tuple(str(PACKAGE / room) for room in ROOMS)


class Interrupted(BaseException):
    """What is raised, as KeyboardInterrupt would be."""


def stopped_before_line(number, call):
    """Call; returns how many lines were begun, and whether it was stopped before one of them."""
    begun = 0

    def look(frame, event, argument):
        nonlocal begun
        if event == "line":
            if begun == number:
                begun += 1
                raise Interrupted
            begun += 1
        return look

    def enter(frame, event, argument):
        return look if frame.f_code.co_filename.startswith(INSIDE) and begun <= number else None

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        call()
    except Interrupted:
        return begun, True
    finally:
        sys.settrace(before)
    return begun, False


def stopped_before_each_line(prepare, call):
    """Yield what `prepare` made, after `call` of it was stopped before each line in turn."""
    number, stopped = 0, True
    while stopped:
        thing = prepare()
        _, stopped = stopped_before_line(number, lambda thing=thing: call(thing))
        if stopped:
            yield thing
        number += 1
