"""A network that runs, and the verbs by which users run it.

`simulation.Simulation` owns everything: arrays, guard, recorder, lesions, what is clamped. Verbs
are functions that are given it, and each has the docstring that users read: `presenting` (clamp,
release, present), `settling`, `ticking` (step, run), `training` (fit), `predicting`, `weights`,
`lesioning`, `currents`, `inspecting`. `handles` has nodes and synapses as objects, `addressing`
what users mean by names and indices, `samples` what they train on.

It may use `recording`, `engine` and what is below them.
"""
