"""What single pages show: presentation only, so that a page itself reads like a table of contents."""
