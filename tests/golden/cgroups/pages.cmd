cgroups --pages --dying --root fixtures/hand-cgroups-pages.cap
