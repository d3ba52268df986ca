"""`bounded`: for data too large for `validity`, no entry can wrap and columns are no longer than their ranges allow."""
