cgroups --root fixtures/hand-cgroups-v2.cap /system.slice/calm.service --check --expect db.service=1G
