cgroups --root fixtures/hand-recharge.cap --files '/srv/index/*'
