"""Questions that finished outputs are held against: one file a question."""
