"""What a model reads and needs, tested on copies of a network.

`auditors` have the tests made, and an `Audit` says what was found. Copies are made by `copies`, and
led through what `courses` have happen to them: an input, settling and a teacher, or a stream.
`probe` disturbs one of two, with what `poisoning` overwrites; `stream_probe` garbles what nobody
should read in a stream, and counts what is called; `backpropagation_probe` has copies of
backpropagation, to which `equality` compares. `comparing` has what all of them compare.

It may use `simulation`, `backpropagation` and what is below them.
"""
