cgroups --root fixtures/hand-cgroups-v2.cap --recharge 4f5e0123
