"""What the pages of stress tests show."""
