"""What runs in a GenICam camera process: Harvesters and the GenICam binding, behind `device.Device`. Only here.

The binding holds Python's lock during every driver call, and drivers crash, so nothing of it is ever imported in the
program. Of the library little is used, because the rest hides time limits, copies or fails (cameras.md 3, 4): opening,
announcing and revoking buffers. Pictures are taken from the new-buffer event itself (`new_buffer_event`), decoded by
us, and given back uncleared.

**Quirks of `viky.cti`**, the GenTL test producer inside the genicam package, for who tests with it: it needs no
environment variables; its buffers are 10 240 080 bytes whatever the picture; `size_filled` says 2 560 020 for every
format and size; chunks are on at opening; it offers no timestamps, exposure, gain, trigger, offsets or WidthMax, and
sizes from 100 to 800; a change of size or format while streaming is accepted and takes effect some eight buffers
later, each buffer saying what it holds; with the Range component on, buffers are multi-part, part sizes are four times
too small, and asking a part for its data type leaks. `PLAYTL_LOG_LEVEL=5 PLAYTL_GENTL_LOGGING=1` makes it write every
GenTL call to standard output. It has no lock between processes: two programs may open one device.
"""
