"""Who is awake: which populations sleep, whom a tick looks at, whether all is quiet.

Of the state only `asleep`, `near` and `agenda` are written here, and nothing is computed: what is
passed by would have changed no bit. Known of the network are the wires between populations and the
flags of replicas, not what nodes do.
"""
