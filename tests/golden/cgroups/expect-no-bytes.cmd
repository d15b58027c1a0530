cgroups --root fixtures/hand-recharge.cap --expect search.service
