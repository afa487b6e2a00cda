"""The networks themselves, free of devices and threads: backbone, fuser, UniAD head, the detector that joins them."""
