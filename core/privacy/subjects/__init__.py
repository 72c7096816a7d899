"""Requests of people whose data are held: find, give and erase what is kept of a person (GDPR 15 to 18; CCPA)."""
