"""What other programs read: one file per format."""
