"""The second factor of people who sign in here: codes of an authenticator, and recovery codes for when it is lost."""
