"""What Python has no words for: the one place where code is written in the language of LLVM.

Numba turns Python functions into the language of LLVM, a compiler, and LLVM turns that into machine
code. This is enough for nearly all of neurosim. Not for sums that stay in registers while a loop
runs, for single operations such as the fused multiply-add, for calls by address, and for how what
was compiled is put together. Here is all that one needs to know in order to read how these are
made.

A *value* of LLVM's language is the result of one operation, has a type (an integer of some bits, a
number, a pointer), and never changes. Types may be vectors: an operation on two ``<8 x double>``
makes eight additions at once, and a processor has registers that hold such a vector.

A *builder* writes down operations, one after the other: ``builder.fadd(a, b)`` adds nothing, it
appends an addition to the code that is being made, and returns a handle of the value which that
will have. So two things happen at different times. The Python code here runs once, when something
is compiled; what it has appended runs in every tick. Loops, lists and ``if`` of Python have left no
trace by then: ``[builder.load(p) for p in places]`` appends as many loads as there are places.

What is to be a loop at run time is made of *blocks*. A block is a stretch of operations without
jumps, and ends in one: ``builder.branch`` to another block, or ``builder.cbranch`` to one of two,
by a condition. A jump back makes a loop. ``builder.position_at_end`` says to which block the
following operations are appended; ``cgutils.for_range`` and ``builder.if_then`` do all of this for
the simple cases.

A value never changes, so what differs from one turn of a loop to the next is a *phi*: a value that
is one thing if its block was come to from here and another if from there. ``phi.add_incoming``
names both. The simpler way is ``cgutils.alloca_once``, a place on the stack to load from and store
to; LLVM makes values of such places where it can.

Addresses are counted in elements: ``builder.gep(pointer, [n])``, or ``Emitter.at`` here, is where
the n-th element behind a pointer lies. Nothing checks whether there is one. What a function reads
and writes is said where it is defined: often whole vectors, which is why rows of numbers are
padded, see `padding`.

An ``@intrinsic`` is how such code comes into a Python function that Numba compiles. Where that
function calls one, Numba asks it first, with the *types* of the arguments, for a signature (None:
not with these), and then has its ``codegen`` append what is to be there in place of the call:

>>> from numba import njit
>>> from neurosim.kernels.machine.arithmetic import fma
>>> @njit("float64(float64, float64, float64)")
... def rounded_once(a, b, c):
...     return fma(a, b, c)
>>> rounded_once(1 + 2.0**-30, 1 - 2.0**-30, -1.0) == -(2.0**-60)
True
>>> "@llvm.fma.f64" in rounded_once.inspect_llvm(rounded_once.signatures[0])
True

`arithmetic` and `bits` have the single operations, `addresses` the arrays at an address, and
`calls` the calls by one. `emitter` has what the kernels in vectors share; start with
`micro_kernel`, on which most time is spent, and go on to `along_kernel`, `across_kernel`,
`panel_kernel`, `active_kernel` and, for sparse sums, `lanes_kernel`. `registers` and `padding` say
how wide vectors are, and how rows of numbers suit them. `decorators`, `callbacks`, `deferred`,
`cache` and `kept_files` are about Numba rather than LLVM: when what is compiled, what becomes part
of what, and where it is kept. One level above, `arrays.table` adds a type of its own to Numba's,
with a little of this language in it.

None of it knows of networks, or imports anything of neurosim but how files are written: `sums` says
which arrays are multiplied, and the tests of the sums compare every one with the same sum in
Python, bit by bit, for shapes that fit the vectors and shapes that do not. To try vectors of other
sizes, say so to Numba:
``NUMBA_CPU_NAME=x86-64-v2 NUMBA_CPU_FEATURES=+sse4.2,+popcnt`` gives 128 bits on any x86.
"""
