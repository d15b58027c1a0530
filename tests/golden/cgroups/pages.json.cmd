cgroups --pages --json --root fixtures/hand-cgroups-pages.cap
