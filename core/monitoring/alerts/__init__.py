"""Alerts: raised once for as long as their condition lasts, handled by people, and told to those who should know."""
