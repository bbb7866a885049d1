"""A laboratory of USB sticks that come, go, lie and die: a QEMU guest with a Linux, a udev and a USB of its own.

Run it with ``make lab``, all of it, or ``make lab FORM=short``, what ``.ci/run`` does; tests of the long form carry the
mark ``long``. It needs root, the Debian packages that ``tests/packages.txt`` names for it, and ``apt-get download``
once: the guest's kernel and udev are unpacked, never installed, into ``$XDG_CACHE_HOME/usbkit-lab``, which may be
deleted at any time.

What a test sees::

    def test_something(lab: Laboratory) -> None:
        stick = lab.plug("1.1", "64MB", serial="A1", fault=Fault(bad_writes=(span(30 * MB, 512),)))
        lab.usbkit("write", "guatemala", "--drive", stick.node, "--yes").expect(3)
        stick.pull()
        lab.power_cut()
        lab.boot()

The parts, each knowing only those above it:

=================  =====================================================================================
``processes``      programs that never outlive us
``guestfiles``     the guest's kernel, udev and modules, fetched once; its initramfs
``installation``   the project as a user has it: its wheel in an environment of its own
``lines``          JSON, a line a message, over a socket: what QMP and the agent speak
``machine``        QEMU: its command line, QMP, power on and power cut
``guest``          commands run in the guest by ``inside/agent.py``
``faults``         what a stick can do wrong, as values; ``liar.py`` does it, as a plugin of nbdkit
``stick``          one stick: its backing file, plugged and pulled
``gadget``         devices that QEMU has not: a stick that is also a keyboard, one without a serial
``laboratory``     all of it together; the fixture ``lab`` in ``conftest.py`` gives it to tests
=================  =====================================================================================

The guest mounts the host's ``/`` read-only under an overlay in its memory, so Python and the installed wheel are the
host's. ``lab.share`` is ``/lab`` in the guest, both may write it. ``/state`` in the guest is an ext4 disk that outlives
a power cut. One guest runs at a time on a machine (a lock in the cache sees to it), and serves all tests: a boot takes
15 s or more, a pull a fraction of one.

What the lab does not have: a real controller, hub power, a stick's real speed (its figures are the emulation's), UAS,
Windows. Real sticks are still to be tried by hand.
"""
