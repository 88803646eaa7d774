"""Everything there is to read, in one language: every page and part that people meet while deals go their ways."""

from __future__ import annotations

from tests.web.buyers_tour import BuyersTour
from tests.web.desk_tour import DeskTour


class Tour(BuyersTour, DeskTour):
    """Both sides take turns, at one table."""

    def go(self) -> Tour:
        self.arrive()
        self.negotiate()
        self.confer()
        self.work_offline()
        self.answer()
        self.accept()
        self.end()
        self.keep_house()
        return self
