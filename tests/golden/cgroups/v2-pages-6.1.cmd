cgroups --pages --dying --root fixtures/6.1-cgroups-pages.cap
