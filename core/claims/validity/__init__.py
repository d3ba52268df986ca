"""`validity`: every committed value lies in its schema's range, bits are bits, groups are one-hot."""
