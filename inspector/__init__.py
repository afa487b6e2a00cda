"""Inspector: one trigger, one frame, one verdict, and nothing is lost silently."""
