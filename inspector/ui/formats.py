"""How numbers and times stand on the screen: the same everywhere, with figures that people can read aloud."""

from datetime import datetime, timedelta

from PySide6.QtCore import QLocale

_THIN_SPACE = "\u202f"  # narrow, and no line ends in it


def ratio_text(ratio: float, locale: QLocale | None = None) -> str:
    """A multiple of the limit with two decimals, more where two would say 1.00 of a part above its limit (A-18).

    Args:
        ratio: score divided by the limit.
        locale: for the decimal sign.
    """
    decimals = 2
    while ratio > 1 and round(ratio, decimals) <= 1 and decimals < 6:
        decimals += 1
    text = (locale or QLocale.c()).toString(float(ratio), "f", decimals)
    return f">{text}" if ratio > 1 and round(ratio, decimals) <= 1 else text


def count_text(count: int) -> str:
    """Whole number with thin spaces between thousands, as on instruments."""
    return f"{count:,}".replace(",", _THIN_SPACE)


def percent_text(share: float | None, locale: QLocale | None = None) -> str:
    """A share with one decimal; a dash without parts. 99.96 % is not shown as 100.0 %."""
    if share is None:
        return "–"
    tenths = share * 1000
    shown = min(round(tenths), 999) if tenths < 1000 else 1000
    return f"{(locale or QLocale.c()).toString(shown / 10, 'f', 1)}{_THIN_SPACE}%"


def clock_text(when: datetime) -> str:
    """Time of day where the station stands."""
    return when.astimezone().strftime("%H:%M:%S")


def minute_text(when: datetime) -> str:
    """Time of day without seconds."""
    return when.astimezone().strftime("%H:%M")


def stamp_text(when: datetime) -> str:
    """Date and time where the station stands; the same in both languages."""
    return when.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def elapsed_text(elapsed: timedelta) -> str:
    """How long something stands: "00:42", "1:05:09", "3 d 04:10"."""
    seconds = max(0, int(elapsed.total_seconds()))
    days, rest = divmod(seconds, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, 60)
    if days:
        return f"{days}{_THIN_SPACE}d {hours:02}:{minutes:02}"
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"
