"""What the pages of alerts show: the list in groups, one alert, and the channels that are told."""
