"""What was inspected, newest first."""
