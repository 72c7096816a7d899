"""The drill of access and the permission monitor, as the running program does them."""
