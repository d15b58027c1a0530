cgroups --root fixtures/hand-recharge.cap --expect search.service --files '/srv/index/*.idx' --json
