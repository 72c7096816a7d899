"""What each column of data is, what it is for and how long it is kept, as people decided it."""
