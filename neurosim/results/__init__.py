"""Results: experiments that are run, and everything of them written to a folder.

Each experiment leaves its runs as CSV and JSON, its figures as SVG and PNG, and a page that sets
them beside the paper's; the same runs leave the same bytes, but for how long they took. May touch
`experiments` and what is below; only the command line is above. Nothing is computed here.
"""
