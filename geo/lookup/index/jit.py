"""Compile functions over arrays to machine code with numba, cached on disk between processes."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., object])


def _hash_sources() -> str:
    """Return a hash of every source file in this folder.

    Numba's cache notices a change in the file of a function, but not in the files of the functions
    that it calls, and would go on running their old versions.
    """
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:8]


SOURCES_HASH = _hash_sources()


def jit(function: Function) -> Function:
    """Return the function compiled at its first call; it releases the GIL while it runs.

    The machine code is cached where numba can write: in `NUMBA_CACHE_DIR`, beside the source, or in
    the user's cache folder. Numba replaces cache files atomically, so several processes can share
    them. Where no folder is writable, every process compiles for itself.
    """
    function.__qualname__ = f"{function.__name__}_{SOURCES_HASH}"
    try:
        return cast("Function", numba.njit(cache=True, nogil=True)(function))
    except RuntimeError:  # numba raises no narrower error when it finds no writable cache folder
        return cast("Function", numba.njit(nogil=True)(function))
