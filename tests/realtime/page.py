"""The plainest page that live.js can work on; filled in by tests of the page."""

page_routes: list = []
