"""Lists whose filter, order and columns are written in an address: read alike by pages, downloads and the API."""
