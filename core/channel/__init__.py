"""The two ends of a proof: a prover that sends, a verifier that reads, and the settling of all that was stated."""
