cgroups --root fixtures/hand-recharge.cap --apply
