"""A challenger beside the champion: asked for, followed, and read."""
