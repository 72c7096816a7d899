"""What the pages about regulation show: coverage over all models, of one, of one item, and the packs themselves."""
