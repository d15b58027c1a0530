cgroups --pages --root fixtures/hand-cgroups-v2.cap
