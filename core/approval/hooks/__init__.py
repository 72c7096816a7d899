"""Who is told of a change in production, and who tells us of reviews and results of continuous integration."""
