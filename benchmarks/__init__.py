"""Measurements beside peers that do the same work: `make bench`."""
