"""Frames from the world: GenICam, folders, video and a drawn line, all behind one port."""
