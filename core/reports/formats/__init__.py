"""A report in each of its forms: every renderer takes the same value, and the same value gives the same bytes."""
