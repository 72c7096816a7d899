"""Whether access is what policy says: the drill that plays the matrix, and the monitor of live tables."""
