"""The command line; see `entry`."""

from portal.cli.entry import main

__all__ = ["main"]
