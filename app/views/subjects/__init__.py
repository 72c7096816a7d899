"""Requests of people whose data are held, as their pages draw them."""
