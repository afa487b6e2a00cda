"""The page people stand in front of: is it running, is this part bad and where, what do I do now."""
