"""People whose data are held: what is personal, how long it is kept, what they may ask for."""
