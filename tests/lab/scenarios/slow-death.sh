#: title a throttled victim gives its memory back late, unless it is reaped
#: memory 512
#: seconds 120
#: claim@6.1,6.12,newest .release.throttled_reap.mrelease == "ok"
#: claim@6.1,6.12,newest .release.throttled_reap.half_ms >= 0 and .release.throttled_reap.half_ms < 1500
#: claim@5.10 .release.throttled_reap.mrelease == "ENOSYS"
#: claim@5.10 .release.throttled_reap.half_ms == -1
#: claim .release.free_kill.half_ms >= 0 and .release.free_kill.half_ms < 1500
#: claim@5.10,6.1,6.12 .release.throttled_kill.half_ms == -1
#: claim@newest .release.throttled_reap.half_ms <= .release.throttled_kill.half_ms
release free_kill kill 200
capture between
quota=1000
fault || quota=max
if fault; then release throttled_reap mrelease 200 $quota; else release throttled_reap kill 200 $quota; fi
release throttled_kill kill 200 $quota
exit 0
