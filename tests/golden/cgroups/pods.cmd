cgroups --root fixtures/hand-cgroups-v2.cap --dying
