"""The error of a failed delivery, with a sentence for the list of hand-offs."""


class Undelivered(Exception):
    """A failed attempt. `for_good`: retrying is useless, a person must act. The sentence contains no secret."""

    def __init__(self, sentence: str, *, for_good: bool = False) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.for_good = for_good
