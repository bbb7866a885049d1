"""Templates: the user's before ours; an error names the template and its line."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import CodeType
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined, TemplateError
from jinja2.bccache import Bucket, BytecodeCache
from jinja2.exceptions import TemplateNotFound, TemplateSyntaxError

from usbkit.core import package_data
from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import _
from usbkit.core.units import format_moment
from usbkit.site.words import Words


class _Compiled(BytecodeCache):
    """Templates as they were compiled, for all languages of a process and those forked from it: what a template says
    in a language is not in its code.
    """

    def __init__(self) -> None:
        self._code: dict[str, tuple[str, CodeType]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        checksum, code = self._code.get(bucket.key, ("", None))
        bucket.code = code if checksum == bucket.checksum else None

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._code[bucket.key] = bucket.checksum, bucket.code


#: By template and file, which a template's name and folder make; each with a digest of its text.
_COMPILED = _Compiled()


class Shelf:
    """The template folders in search order. ``usbkit/NAME`` is ours even if the user has a ``NAME``."""

    def __init__(self, own: Path | None = None) -> None:
        if own is not None and not own.is_dir():
            raise InputError.of(
                "templates-missing",
                _("the templates folder {path} does not exist", path=own),
                todo=_("Name a folder with --templates, or leave the option out."),
            )
        self.folders = tuple(p for p in (own, package_data.templates()) if p is not None)

    @property
    def locales(self) -> tuple[Path, ...]:
        return tuple(f / "locales" for f in self.folders)

    def environment(self, words: Words) -> Environment:
        """Return a jinja2 environment for the language of ``words``; an undefined name is an error."""
        loaders = [FileSystemLoader(f) for f in self.folders]
        environment = Environment(
            loader=ChoiceLoader([*loaders, PrefixLoader({"usbkit": loaders[-1]})]),
            autoescape=lambda name: name is None or not name.endswith(".txt"),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            extensions=["jinja2.ext.i18n"],
            bytecode_cache=_COMPILED,
        )
        environment.install_gettext_translations(words.translations, newstyle=True)  # type: ignore[attr-defined]
        environment.globals.update(words=words, clock=format_moment)
        return environment

    def assets(self) -> Mapping[str, Path]:
        """Return the files under ``assets/`` by their path below it; the user's override ours."""
        found: dict[str, Path] = {}
        for folder in reversed(self.folders):
            top = folder / "assets"
            found.update({p.relative_to(top).as_posix(): p for p in top.rglob("*") if p.is_file()})
        return dict(sorted(found.items()))


def render(environment: Environment, name: str, context: Mapping[str, Any]) -> str:
    """Render the template ``name``. Raises InputError with template and line for every mistake in it."""
    with _explained(name):
        return environment.get_template(name).render(context)


@contextmanager
def _explained(name: str) -> Iterator[None]:
    try:
        yield
    except TemplateNotFound as error:
        raise _wrong(_("there is no template {name}", name=error.name), Place(name)) from error
    except TemplateSyntaxError as error:
        raise _wrong(_("{error}", error=error.message), Place(error.filename or name, error.lineno)) from error
    except (TemplateError, AttributeError, KeyError, IndexError, TypeError, ValueError, ArithmeticError) as error:
        place = _place_in_template(error)
        if place is None:
            raise
        raise _wrong(_("{error}", error=error), place) from error


def _wrong(what: Any, place: Place) -> InputError:
    return InputError(
        Finding("template-wrong", what, place, _("Mend the template; docs/templates.md lists its names."))
    )


def _place_in_template(error: BaseException) -> Place | None:
    """The innermost frame that stands in a template; jinja2 rewrites such frames to the template's own lines."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if not f.filename.endswith(".py")]
    return Place(frames[-1].filename, frames[-1].lineno) if frames else None
