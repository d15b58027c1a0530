cgroups --root fixtures/hand-recharge.cap --recharge side.service
