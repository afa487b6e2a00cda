"""An evaluation as one HTML page that needs nothing beside it: table, curves, histograms, and the worst pictures."""

import base64
import logging
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from inspector.core.errors import OperationalError
from inspector.training.charts import curve_chart, score_chart
from inspector.training.evaluate import Case, CategoryResult, Evaluation
from inspector.training.metrics import FPR_LIMIT
from inspector.training.samples import load_mask, load_picture
from inspector.vision.rendering import overlay

logger = logging.getLogger(__name__)

FILE: Final = "report.html"
_PICTURE_SIDE_PX: Final = 360
_STRIP_SIDE_PX: Final = 1500
_STRIP_ASPECT: Final = 3.0
_JPEG_QUALITY: Final = 88
_MASK_COLOR: Final = (64, 224, 208)

_COLUMNS: Final = (
    ("image_auroc", "image AUROC", "{:.3f}"),
    ("image_ap", "image AP", "{:.3f}"),
    ("image_f1max", "image F1 max", "{:.3f}"),
    ("pixel_auroc", "pixel AUROC", "{:.3f}"),
    ("pixel_ap", "pixel AP", "{:.3f}"),
    ("pixel_f1max", "pixel F1 max", "{:.3f}"),
    ("aupro", "AUPRO", "{:.3f}"),
    ("n_good", "good", "{:d}"),
    ("n_defect", "defective", "{:d}"),
    ("false_reject_rate", "false rejects", "{:.1%}"),
    ("detection_rate", "detected", "{:.1%}"),
    ("ms_per_frame", "ms a frame", "{:.1f}"),
)


def write_report(evaluation: Evaluation, folder: Path) -> Path:
    """Write the page.

    Returns:
        Its path, `report.html` in the folder.

    Raises:
        OperationalError: DAT-002: the folder cannot be written to.
    """
    page = _page(evaluation)
    path = folder / FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        half = folder / f".{FILE}.new"
        half.write_text(page, encoding="utf-8")
        half.replace(path)
    except OSError as error:
        raise OperationalError(
            "DAT-002", f"The report could not be written to {folder}: {error.strerror or error}.", "Check the disk."
        ) from error
    logger.info("report in %s", path)
    return path


def _page(evaluation: Evaluation) -> str:
    sections = "".join(_section(name, result) for name, result in evaluation.categories.items())
    skipped = "".join(
        f"<li><code>{escape(entry.name)}</code> {escape(entry.reason)}</li>" for entry in evaluation.skipped
    )
    left_out = f"<h2>Left out</h2><ul>{skipped}</ul>" if skipped else ""
    facts = (
        f"{escape(evaluation.device)} · {escape(evaluation.runtime)} · data <code>{escape(evaluation.data)}</code>"
        f" · {evaluation.finished_at:%Y-%m-%d %H:%M} UTC"
    )
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Evaluation of {escape(evaluation.model)}</title><style>{_STYLE}</style></head><body><main>
<h1>Evaluation of {escape(evaluation.model)}</h1><p class="facts">{facts}</p>
{_table(evaluation)}
<p class="note">The limit is the one calibrated at training; nothing was fitted on these pictures. Scores are multiples
of it: above 1 a part is rejected. Pixel figures are taken at the pictures' own resolution; defects without an outline
count for the image figures only. AUPRO is integrated up to a false-positive rate of {FPR_LIMIT:g}.</p>
{sections}{left_out}</main></body></html>
"""


def _table(evaluation: Evaluation) -> str:
    head = "".join(f"<th>{title}</th>" for _, title, _ in _COLUMNS)
    rows = [(name, result.figures.to_dict()) for name, result in evaluation.categories.items()]
    body = "".join(f"<tr><th>{escape(name)}</th>{_cells(row)}</tr>" for name, row in rows)
    if len(rows) > 1:
        body += f'<tr class="mean"><th>mean</th>{_cells(evaluation.mean)}</tr>'
    return f'<div class="wide"><table><thead><tr><th></th>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _cells(row: dict[str, float | int | None] | dict[str, float | None]) -> str:
    cells = []
    for key, _, pattern in _COLUMNS:
        value = row.get(key)
        cells.append(f"<td>{'–' if value is None else pattern.format(value)}</td>")
    return "".join(cells)


def _section(name: str, result: CategoryResult) -> str:
    figures = result.figures
    kinds = " · ".join(f"{escape(kind)} {found}/{count}" for kind, (count, found) in result.by_kind.items())
    detected = f'<p class="facts">Detected by kind: {kinds}</p>' if kinds else ""
    bounds = f"±{result.pixels.auroc_error:.1g}" if np.isfinite(result.pixels.auroc_error) else ""
    roc = curve_chart(
        [("pictures", "var(--accent)", result.roc), (f"pixels {bounds}", "var(--second)", result.pixels.roc)],
        x_title="false-positive rate",
        y_title="true-positive rate",
    )
    pro = curve_chart(
        [("regions", "var(--accent)", result.pixels.pro)],
        x_title="false-positive rate of pixels",
        y_title="overlap per region",
        x_limit=FPR_LIMIT,
    )
    return f"""<section><h2>{escape(name)}</h2>{detected}<div class="charts">
<figure><figcaption>ROC</figcaption>{roc}</figure><figure><figcaption>Per-region overlap</figcaption>{pro}</figure>
<figure><figcaption>Scores</figcaption>{score_chart(result.good, result.defective, figures.limit)}</figure></div>
{_cases("Good parts with the highest scores", result.worst_good, figures.limit)}
{_cases("Defective parts with the lowest scores", result.worst_defective, figures.limit)}</section>
"""


def _cases(title: str, cases: Sequence[Case], limit: float) -> str:
    if not cases:
        return ""
    return f'<h3>{title}</h3><div class="cases">{"".join(_case(case, limit) for case in cases)}</div>'


def _case(case: Case, limit: float) -> str:
    picture = load_picture(case.sample)
    shown = overlay(picture, case.anomaly_map, limit)
    mask = load_mask(case.sample)
    if mask is not None and mask.any():
        _outline(shown, mask)
    score = case.anomaly_map.score / limit
    rejected = score > 1
    mistaken = rejected != case.sample.defective
    verdict = "rejected" if rejected else "passed"
    outlined = "" if mask is not None or not case.sample.defective else ", no outline given"
    height, width = picture.shape[:2]
    layout = "strip" if max(height, width) > _STRIP_ASPECT * min(height, width) else "pair"
    return (
        f'<figure class="{layout}"><div>{_image(picture)}{_image(shown)}</div><figcaption>'
        f'<span class="{"wrong" if mistaken else "right"}">{verdict} {score:.2f}</span>'
        f" {escape(case.sample.kind)}{outlined}<br><small>{escape(case.sample.name)}</small></figcaption></figure>"
    )


def _outline(picture: NDArray[np.uint8], mask: NDArray[np.bool_]) -> None:
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(picture, contours, -1, _MASK_COLOR, max(1, round(max(mask.shape) / 200)))


def _image(picture: NDArray[np.uint8]) -> str:
    height, width = picture.shape[:2]
    side = _STRIP_SIDE_PX if max(height, width) > _STRIP_ASPECT * min(height, width) else _PICTURE_SIDE_PX
    factor = min(1.0, side / max(height, width))
    if factor < 1:
        size = (max(1, round(width * factor)), max(1, round(height * factor)))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    if picture.ndim == 3:
        picture = np.ascontiguousarray(picture[..., ::-1])  # OpenCV writes BGR
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    return f'<img src="data:image/jpeg;base64,{base64.b64encode(data.tobytes()).decode()}" alt="">'


_STYLE: Final = """
:root{--paper:#f7f7f5;--card:#fff;--ink:#22262b;--soft:#646b73;--grid:#e3e4e2;--accent:#1f6f8b;--second:#a05a2c;
--good:#3a7ca5;--bad:#d1603d;--wrong:#b3261e;--right:#2e7d4f}
@media (prefers-color-scheme:dark){:root{--paper:#16181b;--card:#1f2327;--ink:#e6e8ea;--soft:#9aa3ab;--grid:#343a40;
--accent:#62b6cb;--second:#e0a37a;--good:#6fb1d8;--bad:#ef8a68;--wrong:#ff8a80;--right:#81c995}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main{max-width:1180px;margin:0 auto;padding:32px 24px 64px}h1{font-size:26px;font-weight:600;margin:0}
h2{font-size:19px;font-weight:600;margin:0 0 4px}h3{font-size:14px;font-weight:600;margin:20px 0 8px}
.facts,.note{color:var(--soft);margin:4px 0 16px;font-size:13px}code{font-size:12px}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;background:var(--card);
border-radius:8px}th,td{padding:8px 10px;text-align:right;border-bottom:1px solid var(--grid);font-size:13px;
white-space:nowrap}thead th{color:var(--soft);font-weight:500;white-space:normal;vertical-align:bottom}
tbody th,thead th:first-child{text-align:left;font-weight:600}tr.mean td,tr.mean th{font-weight:600;border-bottom:0}
section{background:var(--card);border-radius:10px;padding:20px 22px;margin-top:24px}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(280px,1fr));gap:18px}figure{margin:0}
figcaption{font-size:12px;color:var(--soft)}svg{width:100%;height:auto}
svg text{font-size:10px;fill:var(--soft);font-family:inherit}
.cases{display:grid;grid-template-columns:repeat(auto-fill,minmax(340px,1fr));gap:16px}
.cases figure div{display:flex;gap:4px}.cases img{max-width:100%;border-radius:4px;display:block}
.pair img{width:calc(50% - 2px);object-fit:contain;object-position:top}
.strip{grid-column:1/-1}.strip div{flex-direction:column}
.cases figcaption{margin-top:4px}small{overflow-wrap:anywhere}.wrong,.right{font-weight:600}
.wrong{color:var(--wrong)}.right{color:var(--right)}
@media print{section{break-inside:avoid}}
"""
