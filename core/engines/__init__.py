"""Two provers' arithmetic behind one interface: plain integers to read, numba kernels to use."""
