"""Looks at the columns of what arrives, proposes a class for each, and takes down what people decide."""
