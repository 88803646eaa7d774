"""Read quotes and counteroffers from spreadsheets (CSV, XLSX)."""
