"""Is this country ready? Each recording by what it needs, the room, what to do, and what changed since."""

from usbkit.orders.readiness.assess import assess
from usbkit.orders.readiness.model import Cell, CellKind, Need, Readiness, Row, Space, State

__all__ = ["Cell", "CellKind", "Need", "Readiness", "Row", "Space", "State", "assess"]
