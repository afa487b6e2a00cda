"""Starts Inspector from a source tree: `python main.py --help`."""

import multiprocessing
import sys

from inspector.cli.main import main

# The guard matters: camera and training processes start by spawn and import this file again.
if __name__ == "__main__":
    multiprocessing.freeze_support()
    sys.exit(main())
