"""How recorded events are kept, as a policy says it."""
