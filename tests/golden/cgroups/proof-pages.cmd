cgroups --proof pages --root fixtures/hand-cgroups-pages.cap
