"""Whether a country is ready: what each recording needs, the space, the tasks, and changes since the last look."""

from usbkit.orders.readiness.assess import assess
from usbkit.orders.readiness.model import Cell, CellKind, Need, Readiness, Row, Space, State

__all__ = ["Cell", "CellKind", "Need", "Readiness", "Row", "Space", "State", "assess"]
