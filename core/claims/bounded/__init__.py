"""`bounded`: for data too large for `validity`, no entry can wrap and every column's sum of squares is what its range allows."""
