"""The load generator: one process on a core of its own. `python -m benchmarks.load JOB` prints one JSON object."""
