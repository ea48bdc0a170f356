"""What a learning model is, and how the rules of a user come into the engine.

`model` is the contract; `reading` checks what a rule says it reads, which makes it local; `purity`
tells what a function depends on beside its arguments; `loops` writes the loop over objects around a
rule, and `compilation` compiles such texts and keeps them on disk.

It may use the foundation and `kernels`, and does not know of networks.
"""
