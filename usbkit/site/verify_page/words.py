"""The texts of ``verify.html``, each written once here, translated when the page is made, and passed as data.

The page's script fills in names in braces. What we promise and what we never promise is in ``templates/promises.html``,
since letters and manual use it too.
"""

from __future__ import annotations

from collections.abc import Callable


def page_words(gettext: Callable[[str], str]) -> dict[str, str]:
    """Return the page's texts by name, for template and script."""
    return {
        **_before(gettext),
        **_during(gettext),
        **_answers(gettext),
        **_details(gettext),
        **_after(gettext),
        **_receipt(gettext),
    }


def _before(_: Callable[[str], str]) -> dict[str, str]:
    return {
        "title": _("Check this drive"),
        "lead": _("This page reads every file on the drive and compares it with the drive's seal."),
        "private": _("Nothing leaves this computer, and nothing is installed."),
        "language": _("Language"),
        "no-script": _("This check needs JavaScript. Without it, use the lines in README.txt."),
        "limits": _("What this check can tell, and what it cannot"),
        "first": _("First: check this page itself"),
        "first-why": _(
            "Anyone who can change a drive can change this page too. "
            "So check this page first, with the verification letter."
        ),
        "first-how": _(
            "On Windows, open the Command Prompt and type this line; replace E: with the letter of your drive:"
        ),
        "first-other": _("On macOS or Linux, in the drive's folder:"),
        "first-compare": _("Compare what it prints with the digest of verify.html in the verification letter."),
        "first-differs": _("If they differ, believe nothing that this page says, and tell the senders."),
        "choose": _("Then: choose the drive"),
        "choose-what": _("Choose the whole drive, not a folder on it."),
        "choose-alarm": _("Your browser may ask whether to “upload” the files to this site. It only reads them here."),
        "choose-button": _("Choose the drive…"),
        "choose-drop": _("or drag the drive's folder onto this page"),
        "drop-failed": _("Nothing could be read from what was dropped. Use the button."),
    }


def _during(_: Callable[[str], str]) -> dict[str, str]:
    return {
        "checking": _("Checking"),
        "amount": _("{done} of {total}"),
        "minutes": _("about {minutes} minutes left"),
        "moment": _("less than a minute left"),
        "slow": _("This browser checks slowly; the result is the same."),
        "pause": _("Pause"),
        "continue": _("Continue"),
        "stop": _("Stop"),
        "stopped": _("Stopped. Nothing is known about the files that were not read."),
    }


def _answers(_: Callable[[str], str]) -> dict[str, str]:
    return {
        "result": _("Result"),
        "chosen": _("You chose:"),
        "chosen-ask": _("Is this the drive itself, and not a folder on it? What is outside it was not checked."),
        "content": _("Contents"),
        "content-whole": _("Whole: every file is exactly as sealed, and nothing was added."),
        "content-added to": _(
            "Files were added: the sealed files are unchanged, but others are here that we did not put here."
        ),
        "content-incomplete": _("Incomplete: files are missing."),
        "content-damaged": _("Damaged: files differ from what was sealed."),
        "content-no seal": _("No seal: this folder cannot be checked. Did you choose the whole drive?"),
        "counted": _("{files} files, {size}, are as sealed."),
        "structure": _("Structure"),
        "structure-none": _("Not checked here: a browser sees the files, not how the drive stores them."),
        "origin": _("Origin"),
        "origin-not checked": _("Not checked: compare the fingerprint with the verification letter."),
        "origin-proven": _("Agrees with the letter: this is the seal that the letter names."),
        "origin-refused": _("Does not match: this is not the seal that your letter names."),
        "refused-unsigned": _("It is not signed. This page knows a key of this programme, so its drives are signed."),
        "refused-key": _("It is signed, but not with a key of this programme."),
        "refused-withdrawn": _("It is signed with a key that was withdrawn on {date}."),
        "refused-programme": _("It belongs to another programme: {programme}."),
        "says": _("The drive says of itself: {programme}, {country}, edition {edition}, {date}."),
        "signed": _("Signed with a key that this page knows: {name}, {key}. This counts once the page is checked."),
        "signed-unknown": _("Signed with a key that this page does not know."),
        "unsigned": _("Not signed."),
        "signature-bad": _("There is a signature file, but it is not a valid signature of this seal."),
        "demo-key": _("This is the demonstration key. Anyone can sign with it; it proves nothing."),
        "older": _("This is an older edition ({edition}); edition {known} is known to this page."),
        "newer": _("The drive's edition ({edition}) is newer than this page's ({known})."),
        "fingerprint": _("Fingerprint of the seal"),
        "fingerprint-how": _("Compare the four rows with the letter, or type the letter's rows here."),
        "fingerprint-where": _("Use only a letter that came another way than the drive."),
        "fingerprint-row": _("Row {row} is the same"),
        "fingerprint-typed": _("The letter's fingerprint"),
        "fingerprint-compare": _("Compare"),
        "fingerprint-form": _("{count} of 64 characters were typed."),
        "fingerprint-char": _("“{char}” does not occur in a fingerprint: only 0–9 and a–f."),
        "fingerprint-wrong": _("Row {row}, character {place}: the letter has {typed}, the drive has {found}."),
        "fingerprint-differs": _("A row is different"),
    }


def _details(_: Callable[[str], str]) -> dict[str, str]:
    return {
        "troubles": _("What is wrong"),
        "damaged": _("damaged"),
        "missing": _("missing"),
        "extra": _("not ours"),
        "unreadable": _("cannot be read"),
        "more": _("and {count} more"),
        "runs": _("A computer could run this file. Do not open it."),
        "renamed": _("It is {original} under another name."),
        "empty-folder": _("An empty folder."),
        "drive-script": _(
            "This file was changed, and the drive's pages use it. "
            "Do not open index.html or any other page of this drive."
        ),
        "passport-other": _("It belongs to another drive's contents."),
        "passport-statement": _("What it says differs from what was signed."),
        "changed": _("This file is not in the form that the senders use."),
        "debris": _("Left by an operating system, as they all do: {names}"),
        "not-walked": _("Your browser did not show this page what is in this folder."),
        "seal-below": _(
            "A seal stands in this folder, not at the top of what you chose, and covers that folder alone:"
        ),
        "hidden": _(
            "A browser does not show this page everything: hidden files, empty folders, links, other partitions of the "
            "drive and folders that are closed to you may be there and were then not checked."
        ),
    }


def _receipt(_: Callable[[str], str]) -> dict[str, str]:
    return {
        "receipt": _("Receipt for the senders"),
        "receipt-why": _("This code tells the senders which drive you checked and what you found."),
        "receipt-where": _("Send it to the address in your letter, or read it out on the telephone."),
        "receipt-limits": _("It does not say who sends it."),
        "receipt-word": _("If you have the verification letter, type its word here:"),
        "receipt-use": _("Use this word"),
        "receipt-sentence": _(
            "{country}, drive {number} of {of} ({drive}), edition {edition}: {found}. Receipt: {code}"
        ),
        "receipt-copy": _("Copy this sentence"),
        "receipt-copied": _("Copied."),
        "receipt-by-hand": _("Select the sentence and copy it."),
        "receipt-spell": _("Spelt out for the telephone, group by group:"),
        "receipt-qr": _("The code as a picture for a camera"),
        "receipt-none": _(
            "This drive has no number of its own, so it has no receipt code. Tell the senders in your own words."
        ),
        "found-whole": _("whole"),
        "found-added to": _("whole, with files that are not ours"),
        "found-incomplete": _("files are missing"),
        "found-damaged": _("files are damaged"),
        "found-refused": _("not what the letter names"),
    }


def _after(_: Callable[[str], str]) -> dict[str, str]:
    return {
        "todo": _("What to do now"),
        "todo-fine": _("The contents are whole and the fingerprint agrees with your letter."),
        "todo-page": _("This counts if you checked this page first, by the letter's line."),
        "todo-origin": _("Compare the fingerprint with the letter. Without that, nobody knows whose files these are."),
        "todo-damaged": _("Do not rely on the files named above. Ask for another drive."),
        "todo-added": _("Do not open what is not ours. Ask the senders what it is."),
        "todo-refused": _("Do not open the drive's files. Tell the senders what you see here."),
        "todo-how": _("Write or call at an address or number that you already know, not one from this drive."),
        "print": _("Print this result"),
        "again": _("Check again"),
        "open-index": _("Now open index.html"),
        "back": _("Back to the recordings"),
        "printed": _("Checked on {date} by this computer's clock"),
        "checked-by": _("Checked by"),
        "signature": _("Signature"),
        "page-digest": _("Was this page checked first, by the letter's line?"),
    }
