"""Events at volume: recorded once, proven one by one, found by id, removed on record."""
