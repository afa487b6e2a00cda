"""Core values as the plain fields of a message between the program and a camera process, and back."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from inspector.core.camera_features import Feature, FeatureKind, FeatureResult
from inspector.core.geometry import Rect
from inspector.core.recipe import CameraSettings, TriggerEdge, TriggerMode

Fields = Mapping[str, Any]


def settings_fields(settings: CameraSettings) -> dict[str, Any]:
    """Settings as JSON can carry them."""
    fields = asdict(settings)
    fields["trigger"] = settings.trigger.value
    fields["trigger_edge"] = settings.trigger_edge.value
    return fields


def settings_from(fields: Fields) -> CameraSettings:
    """The settings that were sent."""
    roi, white_balance = fields["roi"], fields["white_balance"]
    return CameraSettings(
        **{
            **fields,
            "trigger": TriggerMode(fields["trigger"]),
            "trigger_edge": TriggerEdge(fields["trigger_edge"]),
            "roi": None if roi is None else Rect(**roi),
            "white_balance": None if white_balance is None else tuple(white_balance),
            "extra": tuple((name, text) for name, text in fields["extra"]),
        }
    )


def feature_fields(feature: Feature) -> dict[str, Any]:
    """A feature as JSON can carry it."""
    return {**asdict(feature), "kind": feature.kind.value}


def feature_from(fields: Fields) -> Feature:
    """The feature that was sent."""
    lists = {name: tuple(fields[name]) for name in ("entries", "unavailable_entries", "selected_by")}
    return Feature(**{**fields, **lists, "kind": FeatureKind(fields["kind"])})


def result_from(fields: Fields) -> FeatureResult:
    """The result that was sent as the plain fields of its class."""
    return FeatureResult(**fields)
