"""Classes of columns, and the timers of retention."""
