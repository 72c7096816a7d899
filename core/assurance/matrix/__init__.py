"""What policy expects of access, written down apart from the rules that enforce it."""
