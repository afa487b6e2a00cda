"""`simulate`: draw a data set of a simulated product."""

import argparse

from inspector.cameras.scenes.dataset import write_dataset
from inspector.cli.writing import say, write_json
from inspector.core.geometry import Size


def run(options: argparse.Namespace) -> int:
    """Draw and say what was drawn."""
    written = write_dataset(
        options.scene,
        options.out,
        good=options.good,
        test_good=options.test_good,
        defects=options.defects,
        size=Size(*options.frame),
        seed=options.seed,
    )
    write_json(options.json, {"folder": str(options.out), "scene": options.scene, "pictures": written})
    say(f"{written} pictures of {options.scene} in {options.out}")
    return 0
