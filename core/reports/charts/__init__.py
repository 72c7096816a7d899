"""Charts as values, and the renderer that draws them for print."""
