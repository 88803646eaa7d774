"""`python -m benchmarks.load JOB`: JOB is a file with a JSON object; its "work" names what to do."""

from __future__ import annotations

import gc
import json
import sys
from pathlib import Path

import uvloop

from benchmarks.load import growth, jobs, pages

WORK = {
    "capacity": jobs.capacity,
    "latency": jobs.latency,
    "idle": jobs.idle,
    "soak": jobs.soak,
    "growth": growth.growth,
    "pages": pages.pages,
}


def main() -> None:
    job = json.loads(Path(sys.argv[1]).read_text())
    # Nothing here makes cycles worth collecting, and a pause would count as the server's.
    gc.freeze()
    gc.disable()
    print(json.dumps(uvloop.run(WORK[job["work"]](job))))


if __name__ == "__main__":
    main()
