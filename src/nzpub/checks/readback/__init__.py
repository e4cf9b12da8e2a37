"""Outputs read back from their final bytes: one reader a format, none of which shares code with a writer."""
