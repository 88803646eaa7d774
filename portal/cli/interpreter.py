"""How a server uses its interpreter: when it looks for garbage, and how its threads take turns."""

import gc
import sys

# Allocations between two looks for cycles, and how seldom old objects are looked at again. Nothing on the way of a message
# makes cycles, while a look at everything takes tens of milliseconds with a thousand sockets open.
YOUNG, MIDDLE, OLD = 20_000, 20, 50
# Seconds that a thread may keep the others waiting. The writer asks for its turn after each statement; with the usual five
# milliseconds a group of messages would wait longer for turns than for the database.
TURN = 0.0005


def prepare() -> None:
    """Call once everything is loaded: what exists by then stays, and is never looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
    sys.setswitchinterval(TURN)
