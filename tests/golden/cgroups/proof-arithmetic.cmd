cgroups --proof arithmetic --root fixtures/hand-cgroups-pages.cap
