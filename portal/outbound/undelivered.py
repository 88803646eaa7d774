"""Why an attempt to deliver failed, as a sentence for whoever looks at the list of hand-offs."""


class Undelivered(Exception):
    """`for_good`: trying again would not help, so a person must do something. The sentence holds no secret."""

    def __init__(self, sentence: str, *, for_good: bool = False) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.for_good = for_good
