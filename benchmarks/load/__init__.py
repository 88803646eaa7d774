"""The load generator: one process on its own core. `python -m benchmarks.load JOB` prints one JSON object."""
