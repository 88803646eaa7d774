"""Example data: one set of people and deals for the demo, the tests and the documentation."""
