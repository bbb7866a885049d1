"""Read a finished stick completely. Runs in a worker, since a stick may hang."""

from __future__ import annotations

from usbkit.core.errors import DeviceError, UsbkitError
from usbkit.core.messages import _
from usbkit.core.progress import Progress
from usbkit.drives.device import Identity
from usbkit.drives.inspection import Findings
from usbkit.drives.linux import identify
from usbkit.trust.verdict import Verdict
from usbkit.verify import Trust, verify_device


def read_all(identity: Identity, metadata: str | None, progress: Progress) -> Verdict | Findings:
    """Read a finished stick completely; it must still be the drive ``identity``.

    ``metadata`` is the digest of its structure in the ledger.
    """
    try:
        _require_same(identity)
        verdict = verify_device(identity.node, Trust(metadata=metadata), progress)
        _require_same(identity)
    except UsbkitError as problem:
        return problem.findings
    return verdict


def _require_same(identity: Identity) -> None:
    if identify(identity.node) != identity:
        raise DeviceError.of("drive-changed", _("this is no longer the stick that was inspected"))
