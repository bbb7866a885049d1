"""What samples of a video's sound reveal, and what they cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sources.media.making import Spec, make_video
from usbkit.sources.media import probe
from usbkit.sources.media.sampling import take_samples


@pytest.mark.parametrize(("sound", "found"), [("pcm_s16le", {"media-silent"}), ("pcm_u8", set())])
def test_of_sound_in_a_format_that_we_do_not_know_nothing_is_said(tmp_path: Path, sound: str, found: set[str]) -> None:
    """Bytes, whose silence is 128: no playable sound decodes to them, and its codec is named all the same."""
    path = make_video(tmp_path / "a.mov", Spec(format="mov", sound=sound, loudness=0.0))
    ids = {f.id for f in probe(path).findings}
    assert "media-sound-codec" in ids
    assert ids & {"media-silent", "media-clipped"} == found


def test_where_the_picture_has_gone_meanwhile_nothing_is_said_of_it(tmp_path: Path) -> None:
    """The file is opened again for each look."""
    samples = take_samples(make_video(tmp_path / "sound.mp4", Spec(codec=None)), has_index=True)
    assert (samples.hole, samples.broken, samples.broken_sound, samples.sizes) == (None, None, None, ())
