"""A second, slow model of totals, gate and board, written from the design alone: plain fractions and brute force.

It shares no code with `portal/domain`. Where the two differ, one of them misread the design.
"""
