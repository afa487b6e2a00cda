"""Lets `python -m inspector` do the same as `main.py`."""

import sys

from inspector.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
