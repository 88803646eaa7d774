"""Quotes and counteroffers that come as a spreadsheet: CSV and XLSX."""
