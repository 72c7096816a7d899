"""The code behind a version: repository, commit, pull request with its reviews, and results of its checks."""
