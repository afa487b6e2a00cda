"""What GenICam objects say of themselves, and of their failures, in words."""

import re
from collections.abc import Callable

from genicam import genapi, gentl

_WHERE = re.compile(r" : \w+Exception thrown .*", re.DOTALL)


def told(read: Callable[[], object]) -> str:
    """What reading gives, as text; "" for what is not there or cannot be read."""
    try:
        value = read()
    except (gentl.GenericException, genapi.GenericException, AttributeError):
        return ""
    return "" if value is None else str(value)


def sentence(error: object) -> str:
    """The camera's or driver's own words, without where in the library they were said."""
    text = str(error).strip() or type(error).__name__
    start = "(Message from the source: "
    if start in text:
        text = text.split(start, 1)[1].rsplit(") (ID:", 1)[0]
    return _WHERE.sub("", text.removeprefix("GenTL exception: ")).strip()
