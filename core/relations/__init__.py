"""What a claim means in integers: fixed-point parameters, tables, the gradient and the certificate; shared by both sides."""
