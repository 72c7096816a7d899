"""To which models a clause applies."""
