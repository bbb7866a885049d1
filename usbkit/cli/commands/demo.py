"""``usbkit demo``: a small real media library, and the whole journey for Guatemala."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import EXIT_DONE, Finding, InputError, Place
from usbkit.core.messages import _, mark
from usbkit.core.units import format_size

if TYPE_CHECKING:
    from usbkit.bundle.assembly import Bundle
    from usbkit.manifest.load import Manifests

COUNTRY = "guatemala"


@click.command(help=mark("Make a small media library in DIR and take Guatemala's drive from manifest to verdict."))
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), default=Path("usbkit-demo"))
@click.option("--size", metavar="SIZE", default="16GB", help=mark("Size of the drive that is imaged (default: 16GB)."))
@click.pass_obj
def demo(settings: Settings, folder: Path, size: str) -> int:
    from usbkit.bundle.assembly import write_folder
    from usbkit.core.units import parse_size
    from usbkit.disk.imagefile import write_image
    from usbkit.manifest.load import find_programme, load_programme
    from usbkit.pipeline import BuildContext, make_image
    from usbkit.verify import verify_device, verify_directory

    progress = settings.progress()
    prepare_folder(folder, settings)
    manifests = load_programme(find_programme(folder / "manifests"))
    context = BuildContext(
        manifests, settings.cache, progress, library=folder / "library", templates=settings.templates
    )
    bundle = sign_for_demo(context.make_bundle(COUNTRY), manifests)
    write_folder(bundle, folder / COUNTRY, progress)
    image = make_image(bundle, parse_size(size))
    target = folder / f"{COUNTRY}.img"
    write_image(image, target, progress)
    verdicts = {
        str(folder / COUNTRY): verify_directory(folder / COUNTRY, progress=progress),
        str(target): verify_device(target, progress=progress),
    }
    if settings.json:
        show.document({"demo": str(folder), "verdicts": {k: _verdict_json(v) for k, v in verdicts.items()}})
    else:
        _say_made(folder, bundle.fingerprint, image.size, image.filesystem, verdicts)
    return max((v.exit_code for v in verdicts.values()), default=EXIT_DONE)


def prepare_folder(folder: Path, settings: Settings) -> None:
    """Put the example manifests and a made media library into ``folder``; one that is a demo already is used again."""
    from usbkit.core.package_data import manifests
    from usbkit.demo import make_library

    marker = folder / "DEMO.txt"
    if folder.exists() and not marker.is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(
            Finding(
                "demo-not-ours",
                _("there is something here already that no demo made"),
                Place(str(folder)),
                _("Name another folder: usbkit demo DIR."),
            )
        )
    folder.mkdir(parents=True, exist_ok=True)
    marker.write_text(
        "Everything in this folder was made by `usbkit demo`. It is sample material and may be deleted.\n"
    )
    shutil.copytree(manifests(), folder / "manifests", dirs_exist_ok=True)
    list_demo_key(folder)
    make_library(folder / "library", settings.progress())


def list_demo_key(folder: Path) -> None:
    """Name the insecure demo key in the demo's programme, and put its public half beside."""
    from usbkit.manifest.load import PROGRAMME_FILE, find_programme
    from usbkit.trust.demo_key import demo_key, demo_key_table

    with (find_programme(folder / "manifests") / PROGRAMME_FILE).open("a", encoding="utf-8") as programme:
        programme.write(demo_key_table())
    (folder / "demo.pub").write_bytes(demo_key().public.to_file())


def sign_for_demo(bundle: Bundle, manifests: Manifests) -> Bundle:
    """``bundle`` signed with the insecure demo key, its signature kept as `usbkit seal sign` keeps one."""
    from usbkit.trust.demo_key import demo_key
    from usbkit.trust.signing import sign_seal
    from usbkit.trust.store import SealStore

    programme = manifests.programme
    signature = sign_seal(programme, bundle.plan.country, bundle.sums, demo_key())
    SealStore.of(manifests.folder, bundle.stem).keep(programme.edition, bundle.sums, signature)
    return replace(bundle, signature=signature)


def _verdict_json(verdict: Any) -> dict[str, Any]:
    return {"content": verdict.content, "structure": verdict.structure, "origin": verdict.origin}


def _say_made(folder: Path, fingerprint: str, size: int, filesystem: str, verdicts: dict[str, Any]) -> None:
    for place, verdict in verdicts.items():
        show.answer(
            _(
                "{place}: content {content}, structure {structure}, origin {origin}",
                place=place,
                content=verdict.content,
                structure=verdict.structure,
                origin=verdict.origin,
            )
        )
    show.fingerprint(fingerprint)
    show.answer()
    show.answer(_("Look at:"))
    show.answer(_("  {path}  what the recipient double-clicks", path=folder / COUNTRY / "index.html"))
    show.answer(
        _(
            "  {path}  the whole drive, {size}, {filesystem}",
            path=folder / f"{COUNTRY}.img",
            size=format_size(size),
            filesystem=filesystem,
        )
    )
    show.answer(
        _("  {path}  the INSECURE DEMO KEY that signed it: anybody has its secret half", path=folder / "demo.pub")
    )
    show.answer(_("  {path}  what staff edit", path=folder / "manifests"))
    show.answer(_("  {path}  the media library, only ever read", path=folder / "library"))
