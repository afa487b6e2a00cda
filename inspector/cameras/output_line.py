"""The output line of a camera that can carry a verdict: found, wired to a user output, and switched."""

from inspector.cameras.nodes import FeatureRefused, Nodes


def find_output(nodes: Nodes) -> str | None:
    """The line that can carry a verdict, wired to a user output and switched off; None if there is none.

    Only a line that is an output already is taken: which way a line points belongs to the wiring, not to a guess.

    Raises:
        FeatureRefused: the camera has such a line and does not let it be used.
    """
    names = ("LineSelector", "LineMode", "LineSource", "UserOutputSelector", "UserOutputValue")
    lines, mode, source, outputs, value = (nodes.find(name) for name in names)
    if lines is None or mode is None or source is None or outputs is None or value is None:
        return None
    for line in lines.entries():
        lines.write(line)
        if mode.readable() and mode.read() != "Output":
            continue
        usable = [entry for entry in outputs.entries() if entry in source.entries()]
        if usable and source.writable():
            outputs.write(usable[0])
            value.write(value=False)
            source.write(usable[0])
            return line
    return None


def set_output(nodes: Nodes, *, active: bool) -> None:
    """Switch the user output that `find_output` chose. FeatureRefused."""
    value = nodes.find("UserOutputValue")
    if value is None:
        raise FeatureRefused("The camera has no output line.")
    value.write(value=active)
