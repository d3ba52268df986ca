"""What an attestation will take before it starts: exact sizes, counted work, measured costs, memory."""
