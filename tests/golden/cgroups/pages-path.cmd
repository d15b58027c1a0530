cgroups --pages 4f5e0123 --root fixtures/hand-cgroups-pages.cap
