#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Process 1 of the first moment: puts the lab's programs on the disk, chooses the guard, hands over to systemd.
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sysfs /sys
# The disks may come late, and in any order (from 6.8 on the kernel looks for them in parallel): /dev/lab1 to lab3.
try=0
while [ ! -e /dev/lab1 ] || [ ! -e /dev/lab2 ] || [ ! -e /dev/lab3 ]; do
	for disk in /sys/block/nvme0n*; do
		[ ! -e "$disk/nsid" ] || ln -sf "${disk##*/}" "/dev/lab$(cat "$disk/nsid")"
	done
	try=$((try + 1))
	[ $try -lt 50 ] || exec sh
	sleep 0.2
done
umount /sys
mount -t ext4 /dev/lab1 /disk || exec sh
cp /lab/* /disk/lab/
wants=/disk/etc/systemd/system/lab.target.wants
mkdir -p $wants
# A unit that oomd manages asks for it, whoever is the guard.
# shellcheck disable=SC2154 # from the kernel's arguments
case $lab_guard in
kernel) ;;
memwhyd)
	mv /disk/lab/memwhyd /disk/usr/sbin/
	mv /disk/lab/memwhyd.service /disk/usr/lib/systemd/system/
	ln -s /usr/lib/systemd/system/memwhyd.service $wants/
	;;
*) ln -s "/usr/lib/systemd/system/$lab_guard.service" $wants/ ;;
esac
[ "$lab_guard" = systemd-oomd ] ||
	for unit in systemd-oomd.service systemd-oomd.socket; do ln -s /dev/null /disk/etc/systemd/system/$unit; done
sync
umount /proc
mount -o move /dev /disk/dev
exec switch_root /disk /usr/lib/systemd/systemd
