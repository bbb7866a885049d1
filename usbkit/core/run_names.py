"""Names of files that some computer runs, obeys or opens as a page: one list for libraries, for bundles, and for the
verdict on files that are not ours.
"""

from __future__ import annotations

# Windows: programs, libraries, scripts, shortcuts, settings that are obeyed, containers that are mounted.
_WINDOWS = """
exe com bat cmd scr pif cpl msi msp mst msc dll sys drv ocx ax gadget application appref-ms appx appxbundle msix
msixbundle vbs vbe js jse mjs wsf wsh ws wsc sct hta ps1 ps1xml ps2 psc1 psd1 psm1 lnk url scf inf reg pol library-ms
search-ms searchconnector-ms settingcontent-ms theme themepack desktopthemepackfile website diagcab diagcfg diagpkg
chm hlp xbap xll ppam xlam iso img vhd vhdx cab rdp job sh shs shb
"""
# Office documents that may carry macros.
_OFFICE = "docm dotm xlsm xltm xlsb pptm potm ppsm sldm mdb accdb accde iqy slk"
# macOS, Linux, Android, and what an interpreter runs.
_OTHERS = """
app command tool workflow action scpt scptd applescript terminal pkg mpkg dmg prefpane mobileconfig webloc inetloc
fileloc desktop run bin elf so dylib out bash zsh csh ksh fish py pyc pyw pl pm rb php lua tcl jar jnlp class apk aab
deb rpm appimage flatpakref snap service
"""
# Pages, and pictures that may carry scripts.
_PAGES = "htm html xht xhtml shtml mht mhtml svg svgz xml xsl xslt swf"

#: Endings that some computer runs, obeys, or opens as a page: never carried, and never to be opened.
RUN_ENDINGS = tuple(f"{_WINDOWS} {_OFFICE} {_OTHERS} {_PAGES}".split())

#: Names without a telling ending that a computer obeys on its own.
RUN_NAMES = ("autorun.inf", "desktop.ini", "folder.htt", "autorun", "autorun.sh", ".autorun", "autoopen", ".autoopen")


def is_run_name(name: str) -> bool:
    """Whether some computer may run, obey or open as a page a file called ``name``.

    Windows ignores trailing dots and spaces, so they are ignored here too.
    """
    plain = name.rstrip(". ").lower()
    return plain in RUN_NAMES or plain.rpartition(".")[2] in RUN_ENDINGS
