"""Read UBL Quotations (OASIS UBL 2.0 to 2.4)."""
