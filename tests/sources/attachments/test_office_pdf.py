"""PDFs by LibreOffice, from documents that it made itself in every format, judged by pdftotext."""

from __future__ import annotations

import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.sources.attachments.test_hwp import make_hwp
from tests.sources.attachments.test_office import WORD, package
from usbkit.core.errors import InputError
from usbkit.sources.attachments import office_pdf
from usbkit.sources.attachments.office_pdf import make_pdf

SENTENCES = ("Good morning, Minister.", "El registro civil en línea", "디지털 정부 회의")

_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{what}:1.0"'
    for name, what in (("office", "office"), ("text", "text"), ("draw", "drawing"), ("svg", "svg-compatible"))
)
_PARAGRAPHS = "".join(f"<text:p>{sentence}</text:p>" for sentence in SENTENCES)
_BOX = f'<draw:frame svg:width="20cm" svg:height="5cm"><draw:text-box>{_PARAGRAPHS}</draw:text-box></draw:frame>'
_PAGES = "".join(f'<draw:page draw:name="{n}">{_BOX}</draw:page>' for n in range(3))


#: What an OpenDocument package says of its parts (OpenDocument 1.2 part 3, 4).
MANIFEST = (
    '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" m:version="1.2">'
    '<m:file-entry m:full-path="/" m:media-type="application/vnd.oasis.opendocument.text"/>'
    '<m:file-entry m:full-path="content.xml" m:media-type="text/xml"/></m:manifest>'
)


def flat(kind: str, body: str) -> str:
    """A flat OpenDocument file (OpenDocument 1.2 part 1, 3.1.2)."""
    mimetype = f"application/vnd.oasis.opendocument.{kind}"
    return f'<office:document {_SPACES} office:version="1.2" office:mimetype="{mimetype}">{body}</office:document>'


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A document with `SENTENCES` in the format of a suffix."""
    folder = tmp_path_factory.mktemp("documents")
    text = f"<office:body><office:text>{_PARAGRAPHS}</office:text></office:body>"
    slides = f"<office:body><office:presentation>{_PAGES}</office:presentation></office:body>"
    (folder / "text.fodt").write_text(flat("text", text), encoding="utf-8")
    (folder / "slides.fodp").write_text(flat("presentation", slides), encoding="utf-8")

    def get(suffix: str) -> Path:
        is_deck = suffix in ("odp", "pptx", "ppt")
        source = "slides.fodp" if is_deck else "text.fodt"
        read_as = "--infilter=OpenDocument " + ("Presentation Flat XML" if is_deck else "Text Flat XML")
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        command = [
            "soffice",
            profile,
            "--headless",
            read_as,
            "--convert-to",
            suffix,
            "--outdir",
            str(folder),
            str(folder / source),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        return folder / f"{source.partition('.')[0]}.{suffix}"

    return get


@pytest.mark.needs("libreoffice", "poppler")
@pytest.mark.parametrize("suffix", ["docx", "odt", "doc", "pptx", "odp", "ppt"])
def test_every_sentence_is_in_the_pdf(suffix: str, documents: Callable[[str], Path], tmp_path: Path) -> None:
    source = documents(suffix)
    before = source.read_bytes()
    made = make_pdf(source)
    assert made.missing == (None if suffix in ("doc", "ppt") else ())
    assert made.pages == (3 if suffix in ("pptx", "odp", "ppt") else 1)
    (tmp_path / "made.pdf").write_bytes(made.data)
    said = subprocess.run(["pdftotext", tmp_path / "made.pdf", "-"], check=True, capture_output=True, text=True).stdout
    for sentence in SENTENCES:
        assert "".join(sentence.split()) in "".join(said.split())
    assert source.read_bytes() == before


@pytest.mark.needs("libreoffice", "poppler")
def test_what_a_document_links_to_on_this_computer_stays_out(tmp_path: Path) -> None:
    """A picture that stands on this computer and not in the document: LibreOffice would fetch it."""
    secret = tmp_path / "secret.png"
    Image.effect_noise((200, 200), 60).save(secret)
    image = f'<draw:image xlink:href="{secret.as_uri()}" xlink:type="simple" xlink:actuate="onLoad"/>'
    link = f'<text:p><draw:frame svg:width="5cm" svg:height="5cm">{image}</draw:frame></text:p>'
    spaces = f'{_SPACES} xmlns:xlink="http://www.w3.org/1999/xlink"'
    content = f'<office:document-content {spaces} office:version="1.2"><office:body><office:text>{_PARAGRAPHS}{link}'
    path = tmp_path / "a.odt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr("content.xml", f"{content}</office:text></office:body></office:document-content>")
    (tmp_path / "made.pdf").write_bytes(make_pdf(path).data)
    command = ["pdfimages", "-list", str(tmp_path / "made.pdf")]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert len(listed.splitlines()) == 2, listed  # the table's head alone


@pytest.mark.needs("libreoffice")
@pytest.mark.parametrize("name", ["a.hwp", "a.hwpx", "a.docx", "b.docx"])
def test_what_libreoffice_cannot_read_is_said(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if name == "a.hwp":
        path.write_bytes(make_hwp())
    elif name == "a.hwpx":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("mimetype", "application/hwp+zip")
            archive.writestr(
                "Contents/section0.xml", "<sec><t>디지털 정부 회의</t><t>여러 문장이 여기에 있습니다</t></sec>"
            )
    else:
        package(path, WORD)
        if name == "b.docx":
            path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(InputError) as caught:
        make_pdf(path)
    (finding,) = caught.value.findings
    assert finding.id == ("file-truncated" if name == "b.docx" else "office-failed"), finding
    assert finding.todo is not None


@pytest.mark.needs("libreoffice")
def test_a_document_that_takes_too_long_is_given_up(documents: Callable[[str], Path]) -> None:
    with pytest.raises(InputError) as caught:
        make_pdf(documents("odt"), seconds=0.05)
    assert "was ended" in str(caught.value)


def test_it_is_said_when_libreoffice_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office_pdf, "find_program", lambda name, more=(): None)
    with pytest.raises(InputError) as caught:
        make_pdf(package(tmp_path / "a.docx", WORD))
    (finding,) = caught.value.findings
    assert finding.id == "office-missing"
    assert "libreoffice" in str(finding.todo).lower()
