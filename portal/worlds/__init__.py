"""Named worlds: one cast, shared by the demo, the tests and the documentation."""
