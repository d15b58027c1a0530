cgroups --root fixtures/hand-recharge.cap --expect side.service --files '/srv/index/none' --check
