"""What the pages of monitoring show."""
