"""Copy arrays into memory that is fast to read at random."""

import mmap
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

Array = TypeVar("Array", bound=NDArray[Any])


def to_huge_pages(array: Array) -> Array:
    """Return a copy of the array that starts at a memory page, in huge pages where Linux has them.

    A page start is also the start of a cache line. With pages of 4 KB, every other random read
    from a large array would miss the TLB (translation lookaside buffer).
    """
    if not array.nbytes:
        return array
    memory = mmap.mmap(-1, array.nbytes, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if hasattr(mmap, "MADV_HUGEPAGE"):
        memory.madvise(mmap.MADV_HUGEPAGE)
    copy = np.frombuffer(memory, array.dtype).reshape(array.shape)
    copy[...] = array
    return cast("Array", copy)
