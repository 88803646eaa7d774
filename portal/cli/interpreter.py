"""Tuning of the Python interpreter for servers: garbage collection and thread switching."""

import gc
import sys

# The thresholds of gc.set_threshold: allocations before a collection, and how rarely old objects are collected. Handling a
# message creates no cycles, and a full collection takes tens of milliseconds with a thousand open sockets.
GC_THRESHOLDS = (20_000, 20, 50)
# Seconds. The writer thread needs the GIL again after each statement; with the default of 5 ms a batch of messages would
# wait longer for the GIL than for the database.
SWITCH_INTERVAL = 0.0005


def tune() -> None:
    """Tune the interpreter. Call it once everything is loaded: objects that exist by then are never collected."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    sys.setswitchinterval(SWITCH_INTERVAL)
