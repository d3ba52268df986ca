"""Qt item models over plain values that came from a worker."""
