"""The ablation table of the detector: which choice pays, on any data pack in MVTec's layout.

    python -m tests.benchmarks.ablation DATA_DIR --steps 600 --rows base,seed1,zero_padding --out FILE.json

Every row is taught equally long by the trainer itself, from the same cached features; one thing differs from the row
"base". The file is written after every row, and a later call with the same file goes on with what is missing. Beside
FILE.json stands the table as FILE.md. Not a test: it takes minutes per row, and its figures are read by people.
"""

import argparse
import logging
import sys
import time
from dataclasses import replace
from pathlib import Path

import cv2
import torch

from tests.benchmarks.bench import Bench
from tests.benchmarks.rows import ROWS
from tests.benchmarks.table import plain, read_results, write_results

logger = logging.getLogger(__name__)


def main(arguments: list[str] | None = None) -> int:
    """Run the rows that the file does not hold yet."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    names = list(ROWS) if options.rows is None else options.rows.split(",")
    unknown = [name for name in names if name not in ROWS]
    if unknown:
        logger.error("unknown rows %s; there are %s", ", ".join(unknown), ", ".join(ROWS))
        return 2
    torch.set_num_threads(options.threads)
    cv2.setNumThreads(1)
    facts = {"data": options.data.name, "steps": options.steps, "threads": options.threads, "torch": torch.__version__}
    done = read_results(options.out, facts)
    bench = Bench(options.data, options.steps, options.cache)
    for name in names:
        if any(row["asked"] == name for row in done):
            continue
        logger.info("%s …", name)
        began = time.perf_counter()
        results = ROWS[name](bench)
        wall_s = time.perf_counter() - began
        done += [plain(replace(result, wall_s=wall_s)) | {"asked": name} for result in results]
        write_results(options.out, facts, done)
        logger.info("%s took %.0f s", name, wall_s)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder in MVTec's layout")
    parser.add_argument("--steps", type=int, default=600, help="training steps of every row (default: 600)")
    parser.add_argument("--rows", help=f"names, comma apart, in this order; default: all of {', '.join(ROWS)}")
    parser.add_argument("--out", type=Path, required=True, help="JSON file, gone on with if it is there")
    parser.add_argument("--threads", type=int, default=2, help="of torch (default: 2)")
    parser.add_argument("--cache", type=Path, help="folder that keeps encoded pictures for a later call")
    return parser


if __name__ == "__main__":
    sys.exit(main())
