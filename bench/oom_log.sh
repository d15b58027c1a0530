# SPDX-License-Identifier: Apache-2.0
# Sourced by run.sh: the two logs that `memwhy oom` is measured with.

# 10 MiB of what a log is mostly made of, the same each time.
ordinary_lines() {
	awk 'BEGIN {
		split("sshd cron systemd kernel nginx postgres dockerd NetworkManager", who, " ")
		split("session opened for user root by (uid=0)|Started Daily apt upgrade and clean activities.|" \
			"eth0: link up, 1000 Mbps full duplex|GET /api/v1/items?page=3 HTTP/1.1 200 5123 0.004|" \
			"checkpoint complete: wrote 1374 buffers (8.4%); 0 WAL file(s) added|" \
			"Accepted publickey for deploy from 10.0.3.7 port 51234 ssh2: RSA SHA256:abcdef|" \
			"usb 1-1: new high-speed USB device number 5 using xhci_hcd|" \
			"dhcp4 (eth0): state changed new lease, address=10.0.3.21", what, "|")
		x = 42
		while (bytes < 10485760) {
			x = (x * 1103515245 + 12345) % 2147483648
			w = who[x % 8 + 1]
			line = sprintf("Nov 24 %02d:%02d:%02d host%d %s[%d]: %s", bytes / 436906 % 24, bytes / 7281 % 60,
				bytes / 121 % 60, x % 9, w, x % 30000, what[int(x / 8) % 8 + 1])
			print line
			bytes += length(line) + 1
		}
	}'
}

# One report of the lab's, whole: from its first line to the kill.
one_report() {
	awk '/invoked oom-killer/ { n++ } n == 1 { print } n == 1 && /Killed process/ { exit }' tests/lab/logs/oom-adj-6.1.log
}

# FILE MIB: ordinary lines, and a report every 10 MiB.
mixed_log() {
	ordinary_lines >"$1.part"
	one_report >>"$1.part"
	i=0
	while [ $i -lt "$2" ]; do
		cat "$1.part"
		i=$((i + 10))
	done >"$1"
	rm -f "$1.part"
}

# FILE MIB: nothing but reports.
reports_log() {
	one_report >"$1.one"
	# shellcheck disable=SC2046
	cat $(yes "$1.one" | head -n 64) >"$1.part"
	: >"$1"
	while [ "$(wc -c <"$1")" -lt $(($2 << 20)) ]; do cat "$1.part" >>"$1"; done
	rm -f "$1.part" "$1.one"
}
