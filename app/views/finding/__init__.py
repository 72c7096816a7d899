"""The page of one finding: what was found, what shows that it was put right, and who decides what is next."""
