cgroups --root fixtures/hand-recharge.cap --recharge search.service --top 0
