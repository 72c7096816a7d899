"""Which models a record belongs to, and therefore whom it concerns whose grants reach only some of them."""
