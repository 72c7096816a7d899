"""Review meetings: the list, the plan of one, and the page of one with its agenda, minutes and decisions."""
