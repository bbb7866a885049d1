"""Unpack archives in a separate process with limits, and turn its reports into one answer."""

from __future__ import annotations

import errno
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from usbkit.archive.admission import Admitted
from usbkit.archive.errors import UnfitError
from usbkit.archive.extracting import ExtractionJob
from usbkit.archive.limits import EXTRACTION_DATA, EXTRACTION_PACE, EXTRACTION_SECONDS, EXTRACTION_SPACE
from usbkit.archive.opening import about
from usbkit.archive.passphrase import Passphrase
from usbkit.archive.sevenzip import Listing
from usbkit.core.messages import _

#: Signals that end a process which has used up its seconds, where the system has such.
_OUT_OF_TIME = [getattr(signal, name) for name in ("SIGXCPU", "SIGKILL") if hasattr(signal, name)]


def extract(
    archives: Sequence[Admitted], folder: Path, passphrase: Passphrase | None, report: Callable[[int], None]
) -> None:
    """Unpack the admitted archives below ``folder``, where none of their files may exist yet; ``report`` receives
    bytes.

    Raises AnswerNoError or InputError for wrong content, OSError for errors of this computer.
    """
    dictionary = max(a.listing.dictionary for a in archives)
    job = ExtractionJob(
        archives=[([str(part.absolute()) for part in a.archive.parts], dict(a.files)) for a in archives],
        folder=str(folder),
        passphrase=None if passphrase is None else passphrase.text,
        memory=EXTRACTION_DATA + dictionary,
        space=EXTRACTION_SPACE + dictionary,
        seconds=EXTRACTION_SECONDS + sum(a.listing.size for a in archives) // EXTRACTION_PACE,
    )
    # -P: what lies in the folder where somebody stands is not to be imported.
    command = [sys.executable, "-P", "-m", "usbkit.archive.extracting"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as child:
        try:
            number, answer = _converse(child, job, report)
        except BaseException:
            child.kill()
            raise
    with about(archives[number].archive.parts[0]):
        _judge(answer, child.returncode, archives[number].listing)


def _converse(
    child: subprocess.Popen[str], job: ExtractionJob, report: Callable[[int], None]
) -> tuple[int, dict[str, Any] | None]:
    """The number of the last archive that was begun, and how it ended; None for a process that ended without a word."""
    if child.stdin is None or child.stdout is None:
        raise RuntimeError("no pipes to the process that unpacks")
    with child.stdin as stdin:
        stdin.write(job.to_json())
    number, answer = 0, None
    for line in child.stdout:
        said = json.loads(line)
        if "advance" in said:
            report(said["advance"])
        elif "begun" in said:
            number = said["begun"]
        else:
            answer = said
    return number, answer


def _judge(answer: dict[str, Any] | None, code: int, listing: Listing) -> None:
    if answer is not None and "done" in answer:
        return
    if answer is None:
        if -code in _OUT_OF_TIME:
            raise UnfitError("extraction-too-long", _("unpacking it took longer than its size explains"))
        raise UnfitError("extraction-broken", _("the process that unpacked it ended ({code})", code=code))
    failed = answer["failed"]
    if failed == "memory":
        raise UnfitError("extraction-memory", _("unpacking it took more memory than its header says"))
    if failed == "system":
        if answer["errno"] == errno.EFBIG:
            raise UnfitError("bomb-size", _("more comes out of it than its header says"))
        raise OSError(answer["errno"], answer["detail"])
    if listing.is_encrypted and not listing.hides_names:
        what = _("this is not its passphrase, or it is damaged: {detail}", detail=answer["detail"])
        raise UnfitError("passphrase-or-damage", what, _("Type the words as they were given, in their order."))
    raise UnfitError("content-damaged", _("what it holds is damaged: {detail}", detail=answer["detail"]))
