"""The drill of access: the written matrix played against the real use cases in a store of its own."""
