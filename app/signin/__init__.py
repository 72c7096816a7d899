"""Sign-in: the embedded OpenID provider, the outside one, and who is behind a sign-in at this moment."""
