"""What follows from outputs that people reviewed."""
