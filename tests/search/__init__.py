"""A random search for what breaks: every public verb, any argument, in any order.

`python -m tests.search --seconds 60 --seed 3` draws networks and programs of verbs, runs each in
simulators that must show the same bits, and prints what fails as the fewest lines that do. Kept
apart from pytest, since it may run for hours.

`command` asks and reports, `workers` run programs where a crash does no harm, `shrinking` drops
lines. A `program` is lines of Python; `programs` composes them, of `networks`, `settings` and lines
that `verbs`, `objects`, `looks` and `dictation` draw, with the `arguments` of each, good or bad. A
`performance` runs one in its `stages`, and `checks` all that can be `seen` and what `recordings`
hold.
"""

import sys
from pathlib import Path

# What tests compare with is imported as `oracles`, as by pytest.
_TESTS = str(Path(__file__).parent.parent)
if _TESTS not in sys.path:
    sys.path.append(_TESTS)
