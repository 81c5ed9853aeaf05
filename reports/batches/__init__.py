"""Reports of many companies at once: who is in an order, whose turn it is, how far it is, and the ZIP of the whole."""
