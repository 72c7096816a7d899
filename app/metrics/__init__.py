"""The figures of the product itself, for Prometheus."""
