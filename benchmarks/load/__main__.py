"""`python -m benchmarks.load JOB`: JOB is a file with a JSON object, whose "work" names the function to run."""

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
    # No garbage collection: a pause here would count as the server's latency.
    gc.freeze()
    gc.disable()
    print(json.dumps(uvloop.run(WORK[job["work"]](job))))


if __name__ == "__main__":
    main()
