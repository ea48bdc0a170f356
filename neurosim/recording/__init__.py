"""What is kept of a run.

The `recorder` has the tape on which the compiled loop writes, and hands it to the monitors. These
arrange what they got, in rows that grow (`growing_rows`).

It may use `engine` and what is below it.
"""
