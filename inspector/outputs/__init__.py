"""What the line is told."""
