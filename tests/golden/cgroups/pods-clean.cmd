cgroups --root fixtures/hand-cgroups-v2.cap /system.slice/calm.service --top 0
