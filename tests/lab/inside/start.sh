# The guest's first process after the initramfs: udev, the disks, and the agent that takes commands from the host.
export PATH=/usr/local/bin:/usr/bin:/usr/sbin:/bin:/sbin HOME=/state/home LANG=C.UTF-8
mkdir -p /dev/pts /dev/shm /lab /state
mount -t devpts devpts /dev/pts
mount -t tmpfs -o mode=1777 shm /dev/shm
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=none share /lab
# The initramfs cannot share a cache with the host: what was asked of udev before it ran has to be asked again.
/usr/lib/systemd/systemd-udevd --daemon
for module in virtio_console virtio_blk ext4 xhci_pci usb_storage uas sd_mod vfat exfat nls_utf8 nls_cp437 nls_ascii
do modprobe -q $module; done
udevadm trigger --action=add --subsystem-match=usb --subsystem-match=block --subsystem-match=virtio-ports
udevadm settle
echo "udev has settled"
mount -t ext4 /dev/vda /state
mkdir -p /state/home
for word in $(cat /proc/cmdline); do
    case $word in lab.python=* | lab.agent=*) export "${word#lab.}" ;; esac
done
# Not exec: a first process that ends is a panic without a reason. Its last words stand on the console instead.
"$python" -u "$agent"
echo "the agent ended: exit $?"
sync
echo o >/proc/sysrq-trigger
sleep 60
