cgroups --root fixtures/hand-cgroups-v2.cap 4f5e0123 --json
