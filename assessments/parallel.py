"""One piece of work after the other, on all cores: the results come back in the order of the pieces."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import TypeVar

from django.db import connections

Piece = TypeVar("Piece")
Result = TypeVar("Result")
AHEAD = 2
"""How many pieces a process has before it: so much of the results waits in memory at most."""


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0))


def in_order(work: Callable[[Piece], Result], pieces: Iterable[Piece], *, processes: int) -> Iterator[Result]:
    """`work` (a function of a module) on each of `pieces`. With one process, or where a transaction is open whose rows
    another process would not see, it is done here.

    For commands, which have one thread: the processes are forked. Raises what `work` raises.
    """
    if processes < 2 or any(one.in_atomic_block for one in connections.all(initialized_only=True)):
        yield from map(work, pieces)
        return
    connections.close_all()  # two processes on one connection would read each other's rows
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("fork")) as pool:
        pool.submit(cores).result()  # all are forked now, before `pieces` asks the database
        waiting: deque[Future[Result]] = deque()
        for piece in pieces:
            waiting.append(pool.submit(_apart, work, piece))
            if len(waiting) > AHEAD * processes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _apart(work: Callable[[Piece], Result], piece: Piece) -> Result:
    try:
        return work(piece)
    finally:
        connections.close_all()
