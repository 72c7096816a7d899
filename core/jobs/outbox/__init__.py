"""Messages that leave: stored with the change they tell of, sent afterwards, repeated until they arrive."""
