"""The networks themselves, free of devices, files and threads: backbone, fuser, UniAD head, and the detector that joins them."""
