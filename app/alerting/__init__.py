"""Alerts on their way out: mail, services behind Apprise, and the addresses of channels, which are kept encrypted."""
