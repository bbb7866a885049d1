"""``usbkit letter``: the covering letter, which goes with the drives, and the verification letter, which does not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from usbkit.cli import hub_access, ledger_access, paper_output
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import EXIT_DONE
from usbkit.core.messages import _, mark

if TYPE_CHECKING:
    from usbkit.papers.letters import Foreword
    from usbkit.papers.paper_templates import Paper


@click.group(help=mark("Letters of an order: one goes with the drives, the other another way."))
def letter() -> None:
    pass


@letter.command(help=mark("The covering letter of ORDER: contents, numbers, what to do; nothing to check by."))
@click.argument("named", metavar="ORDER")
@paper_output.foreword
@paper_output.language(mark("The letter's other language (default: all that the country's pages are in)."))
@paper_output.output
@paper_output.browser
@click.pass_obj
def cover(
    settings: Settings,
    named: str,
    foreword: Foreword | None,
    language: str | None,
    output: Path | None,
    browser: str | None,
) -> int:
    from usbkit.papers.letters import languages_of, make_covering_letter
    from usbkit.papers.paper_templates import PaperTemplates

    ledger = hub_access.open_current(settings)
    (facts,) = paper_output.gather(settings, ledger, [named])
    languages = languages_of(facts, foreword, language)
    paper_output.say_missing(facts)
    ledger_state = ledger.read()
    paper_output.say_unfit(ledger_state, ledger_state.journeys_of(facts.order.id))
    paper = make_covering_letter(facts, languages, PaperTemplates(settings.templates))
    return _write(settings, named, "cover", paper, languages, output, browser)


@letter.command(help=mark("The verification letter of ORDER: what a drive is checked by. Send it another way."))
@click.argument("named", metavar="ORDER")
@paper_output.foreword
@paper_output.language(mark("The letter's other language (default: all that the country's pages are in)."))
@click.option(
    "--seal",
    type=click.Path(path_type=Path),
    metavar="SHA256SUMS|FOLDER",
    help=mark("The seal of the order's drives, where there is no order sheet and no bundle any more as it was."),
)
@paper_output.output
@paper_output.browser
@ledger_access.operator
@click.pass_obj
def verify(
    settings: Settings,
    named: str,
    foreword: Foreword | None,
    language: str | None,
    seal: Path | None,
    output: Path | None,
    browser: str | None,
    operator: str | None,
) -> int:
    from usbkit.ledger.checking import checked_heads_of_letter
    from usbkit.papers.letters import languages_of, make_verification_letter
    from usbkit.papers.paper_templates import PaperTemplates

    ledger = hub_access.open_current(settings, operator)
    if seal is not None:
        facts = paper_output.gather_by_seal(settings, ledger, named, seal)
    else:
        (facts,) = paper_output.gather(settings, ledger, [named])
    languages = languages_of(facts, foreword, language)
    word = ledger.letter_word(facts.order.id)
    heads = checked_heads_of_letter(ledger, facts.order)
    paper = make_verification_letter(facts, word, heads, languages, PaperTemplates(settings.templates))
    code = _write(settings, named, "verify", paper, languages, output, browser)
    if not settings.json:
        show.say(_("Send it another way than the drives. It holds the letter's word: keep it to yourself till then."))
    return code


def _write(
    settings: Settings,
    named: str,
    kind: str,
    paper: Paper,
    languages: tuple[str, ...],
    output: Path | None,
    browser: str | None,
) -> int:
    from usbkit.papers.output import choose_places

    written = paper_output.write(settings, [(paper, choose_places(paper.name, output))], browser)
    if settings.json:
        files = paper_output.paths_of(written)
        show.document({"order": named, "letter": kind, "languages": list(languages), "files": files})
    else:
        paper_output.say_written(written)
    return EXIT_DONE
