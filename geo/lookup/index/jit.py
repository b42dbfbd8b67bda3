"""Turn loops over arrays into machine code, once, and keep it on disk for the next process."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

import numba

Loop = TypeVar("Loop", bound=Callable[..., object])


def _stamp() -> str:
    """A mark of every source file beside this one.

    Numba notices a change in the file a loop stands in, but not in the files of the loops it
    calls, and would go on running the old ones.
    """
    mark = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        mark.update(source.read_bytes())
    return mark.hexdigest()[:8]


STAMP = _stamp()


def kernel(loop: Loop) -> Loop:
    """Return the loop compiled at its first call, without Python's lock while it runs.

    The machine code is kept where numba finds a place to write (`NUMBA_CACHE_DIR`, beside the
    source, the user's cache folder), replaced whole, so that several processes may share it.
    Where nothing can be written, every process compiles for itself.
    """
    loop.__qualname__ = f"{loop.__name__}_{STAMP}"
    try:
        return cast("Loop", numba.njit(cache=True, nogil=True)(loop))
    except RuntimeError:  # numba has no other word for «no folder to write to»
        return cast("Loop", numba.njit(nogil=True)(loop))
