"""Model registries that this installation may read: which, under what name, and how they are asked."""
