"""From a path to a ``Media``: examine the file, its top-level structure and its streams, then judge."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path

from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import Text, _
from usbkit.sources.media.boxes import BoxStructure, read_structure
from usbkit.sources.media.facts import Facts, read_facts
from usbkit.sources.media.model import Media
from usbkit.sources.media.opening import load_av, open_media
from usbkit.sources.media.rules import Repair, judge
from usbkit.sources.media.sampling import Samples, take_samples
from usbkit.sources.media.signatures import HEAD, INDEXED, MP4, QUICKTIME, Signature, recognise
from usbkit.workers.source_files import open_source, stat_source

_SEND_AGAIN = _("Ask for the file again, and compare its size with the sender's.")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A video and the repairs it needs: for its errors, and for all its findings."""

    media: Media
    repairs: Repair
    every_repair: Repair


def probe(path: Path) -> Media:
    """Return what the video at ``path`` is, and its faults; see ``diagnose``."""
    return diagnose(path).media


def diagnose(path: Path) -> Diagnosis:
    """Return what the video at ``path`` is, and its faults.

    Raises InputError if it cannot be treated as a video: no file, an empty or truncated one, something else under its
    name. A complete video that browsers do not play is returned with ``plays`` false.
    """
    size = _require_file(path)
    try:
        with open_source(path) as file:
            head = file.read(HEAD)
            signature = _require_video(path, head)
            structure = read_structure(file, size) if signature in (MP4, QUICKTIME) else None
    except OSError as problem:
        raise _unreadable(path, problem) from problem
    if structure is not None:
        _require_whole(path, structure)
    facts, samples = _look_inside(path, has_index=signature in INDEXED)
    opinion = judge(path, signature, structure, facts, samples)
    video, audio = facts.video, facts.audio
    media = Media(
        size=size,
        duration=facts.duration,
        container=signature.name,
        video_codec=video.codec,
        audio_codec=audio.codec if audio else None,
        width=video.width,
        height=video.height,
        plays=not any(f.is_error for f in opinion.findings),
        findings=opinion.findings,
        is_mendable=opinion.is_mendable,
    )
    return Diagnosis(media, opinion.repairs, opinion.every_repair)


def _require_file(path: Path) -> int:
    """The size in bytes of the regular file at ``path``."""
    try:
        status = stat_source(path)
    except FileNotFoundError as problem:
        if path.is_symlink():
            what = _("a link that leads nowhere")
            raise _wrong(path, "media-missing", what, _("Put the file itself there.")) from problem
        raise _wrong(path, "media-missing", _("there is no such file"), _("Put it there.")) from problem
    except OSError as problem:
        raise _unreadable(path, problem) from problem
    if stat.S_ISDIR(status.st_mode):
        what = _("a folder, where a video file was expected")
        raise _wrong(path, "media-folder", what, _("Name the file inside it."))
    if not stat.S_ISREG(status.st_mode):
        what = _("a device, pipe or socket, where a video file was expected")
        raise _wrong(path, "media-not-a-file", what, _("Name a file."))
    if status.st_size == 0:
        raise _wrong(path, "media-empty", _("the file is empty (0 bytes)"), _SEND_AGAIN)
    return status.st_size


def _require_video(path: Path, head: bytes) -> Signature:
    if not any(head):
        what = _("the file begins with zeros: a copy or download that did not finish")
        raise _wrong(path, "media-zeros", what, _SEND_AGAIN)
    signature = recognise(head)
    if signature is None:
        what = _("not a known video format: the first bytes are {bytes}", bytes=head[:12].hex(" "))
        raise _wrong(path, "media-unknown", what, _("Ask for it as MP4 with H.264 and AAC."))
    if not signature.is_video:
        what = _("this is a {kind}, not a video", kind=signature.said)
        raise _wrong(path, "media-not-a-video", what, _("Name the video, or ask for it."))
    return signature


def _require_whole(path: Path, structure: BoxStructure) -> None:
    cut = structure.cut
    if cut is not None:
        what = _(
            "cut off: its part {part} should end at byte {end}, the file ends at {size} ({missing} missing)",
            part=cut.type,
            end=cut.end,
            size=structure.size,
            missing=cut.end - structure.size,
        )
        raise _wrong(path, "media-truncated", what, _SEND_AGAIN)
    if not structure.has("moov"):
        what = _("the file has no index (moov): the recording or the copy was broken off before its end")
        raise _wrong(path, "media-no-index", what, _SEND_AGAIN)
    if structure.movies > 1:
        what = _("{count} videos were joined end to end; players show the first alone", count=structure.movies)
        todo = _("Join them with a video program, or name each video by itself.")
        raise _wrong(path, "media-joined", what, todo)
    if structure.is_encrypted:
        what = _("the video is encrypted (copy protection)")
        raise _wrong(path, "media-encrypted", what, _("Ask for it without copy protection."))


def _look_inside(path: Path, *, has_index: bool) -> tuple[Facts, Samples]:
    errors = load_av().error
    try:
        with open_media(path) as container:
            facts = read_facts(container)
        samples = take_samples(path, has_index=has_index) if facts is not None else None
    except MemoryError:  # of PyAV's too, which are FFmpeg's errors besides
        raise
    except (errors.FFmpegError, ValueError) as problem:
        what = _("the video cannot be read: {reason}", reason=getattr(problem, "strerror", None) or problem)
        raise _wrong(path, "media-unreadable", what, _SEND_AGAIN) from problem
    except OSError as problem:
        raise _unreadable(path, problem) from problem
    if facts is None or samples is None:
        what = _("there is no picture in it, only sound or other data")
        raise _wrong(path, "media-no-video", what, _("Ask for the recording with its picture."))
    return facts, samples


def _unreadable(path: Path, problem: OSError) -> InputError:
    what = _("the file cannot be read: {reason}", reason=problem.strerror or repr(problem))
    return _wrong(path, "media-unreadable", what, _("Check the permissions of the file and of its folders."))


def _wrong(path: Path, id: str, what: Text, todo: Text) -> InputError:
    return InputError(Finding(id, what, Place(str(path)), todo))
