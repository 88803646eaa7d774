"""Real programs for tests: each started when a test first asks, on a free port, and ended by its own pid."""
