"""A challenger compared with the champion on the same inputs, with a recommendation by a published rule."""
