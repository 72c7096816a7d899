"""How recorded events and production data are kept, as a policy says it."""
