"""One register of everything that is wanting, wherever it was found, with its escalation and the agenda of reviews.

It lies above audits and compliance, because it reads the findings of all of them.
"""
