#!/bin/busybox sh
# The guest's first process, in the initramfs: the host's root, read-only, under an overlay in memory.
b=/bin/busybox
share=trans=virtio,version=9p2000.L,msize=512000
$b mount -t proc proc /proc
$b mount -t sysfs sysfs /sys
$b mount -t devtmpfs dev /dev
echo "the guest's kernel is up"
for module in /modules/*; do $b insmod "$module"; done
$b mount -t 9p -o $share,cache=loose,ro host /host
$b mount -t 9p -o $share,cache=loose,ro tree /tree
$b mount -t tmpfs -o mode=755 memory /memory
$b mkdir /memory/upper /memory/work
echo "the host's root is mounted"
$b mount -t overlay -o lowerdir=/tree:/host,upperdir=/memory/upper,workdir=/memory/work root /root
for place in dev proc sys; do $b mount --move /$place /root/$place; done
$b mount -t tmpfs run /root/run
# Nothing over /tmp: the project itself may stand there, as a fresh clone does.
$b cp /start /root/run/start
exec $b switch_root /root /bin/sh /run/start
