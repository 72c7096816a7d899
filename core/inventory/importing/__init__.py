"""Getting models in from elsewhere: tables that people keep, and model registries."""
