"""What somebody may type or send who means no good, or whose spreadsheet does: for every place that reads a figure."""

NUMBERS = (
    "NaN",
    "-Infinity",
    "1e400",
    "1E+999999999",
    "-0",
    "-1",
    "0.0000001",
    "9" * 12 + "." + "9" * 6,
    "9" * 13,
    "9" * 20_000,
    "0x10",
    "١٢",
    "1" + "\u00a0" * 2_000,
    "",
    " ",
)
DAYS = ("0001-01-01", "9999-12-31", "2026-02-30", "10000-01-01", "2026-W01-1", "tomorrow")
TEXTS = ("\x07", "a" * 100_000, "\u202e" * 3, "=cmd|' /C calc'!A0", "<script>alert(1)</script>")
VALUES = (*NUMBERS, *DAYS, *TEXTS)
# Fits alone: the largest figure that there is.
LARGEST = "9" * 12 + "." + "9" * 6
