"""Access reviews: on a cadence, every grant in force is kept or withdrawn by somebody who neither holds nor gave it."""
