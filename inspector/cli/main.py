"""The command line's entry: reads arguments, runs one sub-command, turns errors into sentences and exit codes.

Exit codes: 0 all went well; 1 something failed, said on standard error; 2 the arguments cannot be used.
"""

import argparse
import importlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from inspector.core.errors import InspectorError, InvalidInput, OperationalError

_DEVICES = ("auto", "cpu", "cuda")
_BACKBONES = ("efficientnet_lite0", "efficientnet_b4", "tf_efficientnet_b4")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one sub-command; returns the exit code."""
    parser = build_parser()
    options = parser.parse_args(arguments)
    # Each command is imported when it is called: torch and Qt take seconds that `--help` need not spend.
    command: Callable[[argparse.Namespace], int] = importlib.import_module(f"inspector.cli.{options.command}").run
    try:
        return command(options)
    except InvalidInput as error:
        print(f"{error.subject} is not valid:", *error.problems, sep="\n  ", file=sys.stderr)
        return 1
    except OperationalError as error:
        print(f"{error.code}: {error.message}", file=sys.stderr)
        if error.hint:
            print(f"  {error.hint}", file=sys.stderr)
        return 1
    except InspectorError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130


def build_parser() -> argparse.ArgumentParser:
    """Every sub-command with its options."""
    parser = argparse.ArgumentParser(
        prog="main.py",
        description="Inspector looks at every part on a line and tells the line which may pass.",
        epilog="Each command explains itself: main.py COMMAND --help",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_run(commands)
    _add_sources(commands)
    _add_check(commands)
    _add_train(commands)
    _add_evaluate(commands)
    _add_replay(commands)
    _add_bench(commands)
    _add_simulate(commands)
    _add_models(commands)
    return parser


_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no public name


def _add(commands: _Commands, name: str, summary: str, description: str = "") -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}. {description}")
    command.add_argument("--json", type=Path, metavar="FILE", help="write the result as JSON to FILE")
    return command


def _add_run(commands: _Commands) -> None:
    command = _add(
        commands,
        "run",
        "open the station and inspect parts",
        "Without a display, or with --headless, it inspects at once and prints what it finds; with a window the station"
        " is Stopped until somebody presses Start.",
    )
    command.add_argument("--source", metavar="ID", help="camera, as listed by `sources` (default: settings)")
    command.add_argument("--recipe", metavar="NAME", help="product to inspect (default: what fits the source)")
    _add_data_dir(command)
    command.add_argument("--headless", action="store_true", help="no window; inspect until Ctrl+C or --frames")
    command.add_argument("--frames", type=_positive, metavar="N", help="stop after N parts")
    command.add_argument(
        "--start", action="store_true", help="with a window and a simulated source: start inspecting at once"
    )
    command.add_argument(
        "--feature",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="write a feature of the camera before starting, for example PixelFormat=Mono8; may be repeated",
    )


def _add_sources(commands: _Commands) -> None:
    command = _add(commands, "sources", "list the cameras that can be used, with their ids")
    _add_data_dir(command)


def _add_check(commands: _Commands) -> None:
    command = _add(
        commands, "check", "test this installation", "Exits with 1 and the reasons when something is broken."
    )
    _add_data_dir(command)


def _add_train(commands: _Commands) -> None:
    command = _add(
        commands,
        "train",
        "teach one model all products of a data set, from good parts only",
        "Run it again with --resume to go on after an interruption.",
    )
    command.add_argument(
        "--data",
        type=Path,
        required=True,
        metavar="DIR|FILE.jsonl",
        help="folder of categories in the MVTec layout, or a JSON-lines manifest",
    )
    command.add_argument("--image-root", type=Path, metavar="DIR", help="folder of the pictures a manifest names")
    command.add_argument("--name", required=True, metavar="NAME", help="name of the model")
    _add_models_dir(command)
    command.add_argument("--preset", choices=("faithful", "light"), default="light", help="network (default: light)")
    command.add_argument(
        "--backbone",
        choices=_BACKBONES,
        default=_BACKBONES[0],
        help=f"frozen features under it (default: {_BACKBONES[0]}); others are imported with `models import-backbone`",
    )
    budget = command.add_mutually_exclusive_group()
    budget.add_argument("--steps", type=_positive, metavar="N", help="train for N steps")
    budget.add_argument("--minutes", type=_positive_number, metavar="M", help="be done in about M minutes (default 20)")
    _add_device(command)
    command.add_argument("--seed", type=int, default=0, metavar="S", help="for repeatable runs (default 0)")
    command.add_argument(
        "--base", metavar="NAME|DIR", help="teach this model further, for example with one more product in the data"
    )
    framing = command.add_mutually_exclusive_group()
    framing.add_argument("--whole", action="store_true", help="squash frames into one tile, whatever their size")
    framing.add_argument(
        "--scale",
        type=_positive_number,
        metavar="K",
        help="cut frames into tiles at K network pixels per frame pixel (default: chosen by the size of the pictures)",
    )
    command.add_argument(
        "--license", metavar="TEXT", help="under which the weights may be used; follows from the pictures' license"
    )
    budget.add_argument(
        "--draft", action="store_true", help="be done in seconds: the memory of good parts judges, nothing is trained"
    )
    command.add_argument("--resume", action="store_true", help="go on from the checkpoint of an interrupted run")


def _add_evaluate(commands: _Commands) -> None:
    command = _add(
        commands,
        "evaluate",
        "measure a model on pictures with known defects",
        "The limit is the one calibrated at training; nothing is fitted on the test pictures.",
    )
    _add_model(command, required=True)
    command.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder in the MVTec layout")
    _add_models_dir(command)
    _add_device(command)
    command.add_argument("--out", type=Path, metavar="DIR", help="write a report page with curves and worst cases")


def _add_replay(commands: _Commands) -> None:
    command = _add(
        commands,
        "replay",
        "judge the pictures of a folder one by one and record them",
        "Writes results.jsonl and overlays; every picture becomes a record marked as simulated.",
    )
    _add_model(command, required=True)
    command.add_argument("--source", required=True, metavar="folder:DIR", help="the pictures")
    command.add_argument("--product", metavar="NAME", help="product of the model (default: guessed from the folder)")
    _add_models_dir(command)
    _add_data_dir(command)
    _add_device(command)
    command.add_argument("--out", type=Path, metavar="DIR", help="where results go (default: DATA/replays/TIME)")


def _add_bench(commands: _Commands) -> None:
    command = _add(commands, "bench", "measure how long one frame takes, stage by stage")
    _add_model(command, required=False)
    _add_models_dir(command)
    command.add_argument("--frame", type=_frame_size, default=(2048, 2448), metavar="WxH", help="default 2448x2048")
    command.add_argument("--frames", type=_positive, default=20, metavar="N", help="measured frames (default 20)")
    _add_device(command)


def _add_simulate(commands: _Commands) -> None:
    command = _add(
        commands,
        "simulate",
        "draw pictures of a simulated product as a data set",
        "The folder gets the MVTec layout: train/good, test/good, test/DEFECT and ground_truth/DEFECT.",
    )
    command.add_argument("--scene", required=True, metavar="NAME", help="product, as in simulated:NAME")
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the category")
    command.add_argument("--good", type=_positive, default=60, metavar="N", help="good pictures to teach (default 60)")
    command.add_argument("--test-good", type=_positive, default=30, metavar="N", help="good pictures to test")
    command.add_argument("--defects", type=_positive, default=10, metavar="N", help="pictures of each defect to test")
    command.add_argument("--frame", type=_frame_size, default=(768, 960), metavar="WxH", help="default 960x768")
    command.add_argument("--seed", type=int, default=1, metavar="S", help="for repeatable pictures (default 1)")


def _add_models(commands: _Commands) -> None:
    command = commands.add_parser(
        "models",
        help="list, verify and export models; import backbones",
        description="What there is to know and to do about models. Each action explains itself: models ACTION --help",
    )
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = _add(actions, "list", "list the models, newest version first")
    _add_models_dir(listing)
    verify = _add(
        actions,
        "verify",
        "check files, hashes and the stored self-test of models on this machine",
        "Exits with 1 and the reasons when one is broken. Without a name imported backbones are checked too.",
    )
    verify.add_argument("model", nargs="?", metavar="NAME|DIR", help="one model, all its versions (default: all)")
    _add_models_dir(verify)
    _add_device(verify)
    export = _add(
        actions,
        "export",
        "write a model for another runtime",
        "One network file from uint8 pixels to raw token maps, and export.json with the numbers around it. The stored"
        " self-test must pass through the file, else nothing is kept.",
    )
    export.add_argument("model", metavar="NAME|DIR", help="a model's name, or the folder of one version")
    export.add_argument("--format", choices=("onnx", "openvino"), required=True, help="both in float32")
    export.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to be made")
    export.add_argument("--batch", type=_positive, default=1, metavar="N", help="tiles at once, fixed (default 1)")
    _add_models_dir(export)
    weights = _add(
        actions,
        "import-backbone",
        "keep pretrained weights to teach with",
        "Takes timm's names, as .safetensors or .pth; checks every needed weight and records the file's hash.",
    )
    weights.add_argument("file", type=Path, metavar="FILE", help="the weights")
    weights.add_argument(
        "--arch",
        required=True,
        metavar="NAME",
        help=f"whose weights: {', '.join(_BACKBONES)}, or timm's full name such as tf_efficientnet_b4.ns_jft_in1k",
    )
    weights.add_argument("--replace", action="store_true", help="instead of others that were imported before")
    _add_models_dir(weights)


def _add_model(command: argparse.ArgumentParser, *, required: bool) -> None:
    command.add_argument(
        "--model", required=required, metavar="NAME|DIR", help="a model's name, or the folder of one version"
    )


def _add_models_dir(command: argparse.ArgumentParser) -> None:
    command.add_argument("--models-dir", type=Path, metavar="DIR", help="folder of models (default: the program's)")


def _add_data_dir(command: argparse.ArgumentParser) -> None:
    command.add_argument("--data-dir", type=Path, metavar="DIR", help="folder for records, pictures, settings and logs")


def _add_device(command: argparse.ArgumentParser) -> None:
    command.add_argument("--device", choices=_DEVICES, default="auto", help="where the model runs (default: auto)")


def _positive(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
    if not 1 <= value <= 1_000_000_000:
        raise argparse.ArgumentTypeError(f"{value} is outside 1 to 1000000000")
    return value


def _positive_number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
    if not 0 < value <= 100_000:
        raise argparse.ArgumentTypeError(f"{text} is outside 0 to 100000")
    return value


def _frame_size(text: str) -> tuple[int, int]:
    """`WxH` as (height, width)."""
    try:
        width, height = (int(part) for part in text.lower().split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form WIDTHxHEIGHT, for example 2448x2048") from None
    if not (16 <= width <= 16384 and 16 <= height <= 16384):
        raise argparse.ArgumentTypeError(f"{text} is outside 16x16 to 16384x16384")
    return height, width
