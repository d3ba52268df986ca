"""Patient records: what their columns mean, how they are read from CSV, how each becomes a row of integers."""
