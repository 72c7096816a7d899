"""Dormant accounts: warned, then kept from signing in until an administrator lets them in again."""
