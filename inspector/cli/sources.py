"""`sources`: which cameras can be used."""

import argparse
from dataclasses import asdict

from inspector.app import build_catalog
from inspector.cli.stations import read_station
from inspector.cli.writing import say, write_json


def run(options: argparse.Namespace) -> int:
    """List every source with its id."""
    settings, _ = read_station(options)
    found = build_catalog(settings).scan()
    for info in found:
        kind = "not a production camera" if info.simulated else "camera"
        words = " ".join(word for word in (info.vendor, info.model, info.serial, info.user_name) if word)
        say(f"{info.id}  {words} ({kind})")
    say("Pictures of a folder: folder:DIR · video file, USB or network camera: video:FILE, video:INDEX, video:URL")
    say("The test camera inside the genicam package: genicam:viky")
    write_json(options.json, {"sources": [asdict(info) for info in found]})
    return 0
