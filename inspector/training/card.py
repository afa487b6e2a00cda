"""The model's card: what a person must know before trusting it, in Markdown beside the weights."""

from collections.abc import Mapping
from pathlib import Path

from inspector.core.recipe import Framing
from inspector.training.dataset import Dataset
from inspector.training.job import UNKNOWN_LICENSE, ProductOutcome, TrainingJob
from inspector.vision.manifest import Judge, Manifest, ProductEntry
from inspector.vision.networks.config import STRIDE_PX, Backbone

_FRAMINGS = {
    Framing.WHOLE: "whole frame in one tile",
    Framing.TILES: "tiles",
    Framing.TILES_AND_WHOLE: "tiles, and the whole frame once more",
}


def write_card(job: TrainingJob, manifest: Manifest, dataset: Dataset, products: Mapping[str, ProductOutcome]) -> str:
    """The card's text."""
    skipped = "".join(f"- `{entry.name}`: {entry.reason}\n" for entry in dataset.skipped) or "Nothing was left out.\n"
    lone = "".join(_lone_line(name, outcome) for name, outcome in products.items() if outcome.lone)
    return f"""# {job.name}

One model for {len(products)} product{"s" if len(products) != 1 else ""}: {", ".join(f"`{name}`" for name in products)}.

Made {manifest.created_at:%Y-%m-%d %H:%M} UTC with preset `{job.preset.value}` ({manifest.architecture}, frozen
`{manifest.detector.backbone.value}`, tiles of {manifest.tile_px} px), {manifest.training["steps"]} steps.
License of the weights: {manifest.license}.

## Taught with

Good parts only; nothing was learned from defects. The network learned nothing from held-out pictures; the memory knows
them, too, except those that people held out.

| product | teaching pictures | their tiles | set the limit | looked at as | remembered turned, too |
| --- | --- | --- | --- | --- | --- |
{"".join(_taught_row(name, outcome, manifest) for name, outcome in products.items())}
Data: `{Path(dataset.source).name}`, SHA-256 of the list of pictures `{dataset.sha256}`.

## Left out

{skipped}
## Limit

1.0 is the limit of every product. It comes from the scores of good pictures as if the model had never seen them, by
the pipeline that judges: of held-out ones or, where the memory judges alone, of all, each looked at without its
capture group (conformal prediction). Where they are too few to promise the wanted rate, a margin is added that assumes
log-normal scores; the promise without that assumption stands in the last column.

| product | wanted false rejects | pictures | largest of their scores | margin | promised (95 %) without assumption |
| --- | --- | --- | --- | --- | --- |
{"".join(_limit_row(name, entry) for name, entry in manifest.products.items())}{lone}
## Judged by

Both maps, or the one that saw clearly more of the defects that were drawn on held-out good pictures; their areas under
the ROC curve only choose between ways of judging, they say nothing about real defects.

| product | judge | both | network | memory |
| --- | --- | --- | --- | --- |
{"".join(_judge_row(name, entry) for name, entry in manifest.products.items())}
Every product and camera view needs its own check with real defects before the limit is trusted.

## Made by

```
{command(job)}
```

Facts: {", ".join(f"{key} {value}" for key, value in manifest.training.items())}.

## Where it fails

- It knows only what it was taught: new light, another camera, another position or another supplier's surface count as
  defects, and what looked like a defect in a teaching picture counts as good.
- Defects smaller than half a token (a token is {STRIDE_PX} px of the network's input) may be missed.
- A product judged only in tiles is not checked for what is larger than a tile: missing or misplaced elements.
- Scores of different products are comparable only after division by their limit.
"""


def command(job: TrainingJob) -> str:
    """The command line that makes such a model; folders by their last name, because another machine has others."""
    words = ["python main.py train", f"--data {job.data.name}"]
    if job.image_root is not None:
        words.append(f"--image-root {job.image_root.name}")
    words += [f"--name {job.name}", f"--preset {job.preset.value}"]
    if job.backbone is not Backbone.EFFICIENTNET_LITE0:
        words.append(f"--backbone {job.backbone.value}")
    if job.steps is not None:
        words.append(f"--steps {job.steps}")
    if job.draft:
        words.append("--draft")
    if job.minutes is not None:
        words.append(f"--minutes {job.minutes:g}")
    if job.scale is not None:
        words.append(f"--scale {job.scale:g}")
    if job.whole:
        words.append("--whole")
    if job.license != UNKNOWN_LICENSE:
        words.append(f'--license "{job.license}"')
    return " ".join([*words, f"--device {job.device}", f"--seed {job.seed}"])


def _taught_row(name: str, outcome: ProductOutcome, manifest: Manifest) -> str:
    entry = manifest.products[name]
    framing = _FRAMINGS[entry.framing]
    if entry.framing is not Framing.WHOLE:
        framing += f" at scale {entry.scale:g}"
    if name in manifest.second_looks and entry.framing is not Framing.TILES:
        framing += f", the whole frame also turned ({manifest.second_looks[name].value}): the mean of both counts"
    turns = ", ".join(entry.turns) or "no"
    return f"| {name} | {outcome.teaching} | {outcome.tiles} | {outcome.limiting} | {framing} | {turns} |\n"


def _lone_line(name: str, outcome: ProductOutcome) -> str:
    return (
        f"\n`{outcome.lone}` sets the limit of {name} alone: it scores {outcome.lone_times:.2f} times the next good"
        " picture. If it is no good part it should not teach; if it is, more like it would lower the limit.\n"
    )


def _judge_row(name: str, entry: ProductEntry) -> str:
    seen = entry.weighing.drawn_auroc
    areas = " | ".join(f"{seen[judge]:.3f}" if judge in seen else "–" for judge in Judge)
    return f"| {name} | {entry.weighing.judge.value} | {areas} |\n"


def _limit_row(name: str, entry: ProductEntry) -> str:
    calibration = entry.calibration
    if calibration.reached:
        margin = "none needed"
    else:
        margin = f"× {1 / entry.shares[-1]:.2f}" + (", extrapolated" if calibration.extrapolated else "")
    return (
        f"| {name} | {calibration.target_rate:.1%} | {calibration.samples} | {entry.shares[-1]:.3f} | {margin}"
        f" | up to {calibration.upper_rate:.1%} |\n"
    )
