"""From encoded records and a plan to the fixed-point model; of all Proofward, `trainer` alone imports torch."""
