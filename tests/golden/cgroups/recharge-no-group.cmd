cgroups --root fixtures/hand-recharge.cap --recharge /search.slice/gone.service
