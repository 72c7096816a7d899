"""Personal data as people decide on it: columns, texts that were held back, decisions, and where it was met."""
