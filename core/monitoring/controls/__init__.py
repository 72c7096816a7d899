"""Controls on streams: what models are given and what they answer, looked at row by row before it is kept."""
