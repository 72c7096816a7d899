"""The words of forms, beside what a report says."""
