"""What an import of a table would do, row by row, before anything is stored."""
