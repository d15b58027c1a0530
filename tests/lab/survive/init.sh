#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Process 1 of the first moment: puts the lab's programs on the disk, chooses the guard, hands over to systemd.
mount -t devtmpfs dev /dev
mount -t proc proc /proc
try=0
until mount -t ext4 /dev/nvme0n1 /disk; do # the disk may come late
	try=$((try + 1))
	[ $try -lt 50 ] || exec sh
	sleep 0.2
done
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
