"""What a claim means in integers: fixed-point sizes, tables, the gradient and the certificate; shared by both sides."""
