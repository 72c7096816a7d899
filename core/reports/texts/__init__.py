"""The sentences of every template, one module each, apart from what arranges them, so that they can be translated."""
