"""From an opened dataset to commitments, proofs and the statement that a bundle signs."""
