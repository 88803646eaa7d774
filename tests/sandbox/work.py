"""What a child is told to do in these tests: the request names the misbehaviour."""

import os
import signal
import time


def answer(request: bytes) -> bytes:
    match request:
        case b"loop":
            while True:
                pass
        case b"wait":
            time.sleep(60)
        case b"memory":
            return bytes(4 * 1024**3)
        case b"raise":
            raise RuntimeError("SECRET of the document")
        case b"die":
            os.kill(os.getpid(), signal.SIGKILL)
        case b"chatter":
            print("a library prints")
        case b"pid":
            return str(os.getpid()).encode()
        case b"environment":
            return "\n".join(os.environ).encode()
        case b"large":
            return bytes(100 * 1024**2)
    return request[::-1]
