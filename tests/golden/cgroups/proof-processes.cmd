cgroups --proof processes --root fixtures/hand-cgroups-pages.cap
