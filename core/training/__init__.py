"""From encoded records and a plan to the fixed-point model; `trainer` is the one module of Proofward that imports torch."""
