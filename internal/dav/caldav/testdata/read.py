"""Reads iCalendar text with a parser that shares nothing with ours (Debian's
python3-icalendar) and says in JSON what is in it, component by component."""
import json
import sys

from icalendar import Calendar


def shown(value):
    if hasattr(value, "dt"):
        return value.dt.isoformat()
    raw = value.to_ical()
    return str(value) if isinstance(value, str) else raw.decode()


def told(component):
    properties = {}
    for name, value in component.property_items(recursive=False, sorted=False):
        if name not in ("BEGIN", "END"):
            properties.setdefault(name, []).append(shown(value))
    return {"name": component.name, "properties": properties, "within": [told(c) for c in component.subcomponents], "errors": component.errors}


json.dump([told(c) for c in Calendar.from_ical(sys.stdin.buffer.read(), multiple=True)], sys.stdout)
